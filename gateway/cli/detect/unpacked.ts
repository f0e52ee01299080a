import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The bytes of a stream, unpacked where it begins as gzip does. */
export async function* unpacked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const stream = chunks[Symbol.asyncIterator]();
  const first = await stream.next();
  if (first.done === true) return;
  async function* all(): AsyncGenerator<Buffer> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => stream };
  }
  const [a, b] = first.value;
  if (a !== 0x1f || b !== 0x8b) return yield* all();
  // What goes wrong is thrown by whoever reads.
  yield* pipeline(Readable.from(all()), createGunzip(), () => undefined) as AsyncIterable<Buffer>;
}
