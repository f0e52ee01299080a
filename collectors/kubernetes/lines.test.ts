import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../test/property/random.ts';
import { lines } from './lines.ts';

async function read(chunks: readonly Uint8Array[]): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const group of lines(ReadableStream.from(chunks))) found.push(...group);
  return found;
}

test('the same lines come out however the bytes are cut, and a torn last one does not', async () => {
  for (const seed of seeds(200)) {
    const source = random(seed);
    const whole = Array.from({ length: source.integer(6) }, () => source.pick(['', 'a', 'é€😀', 'x'.repeat(50)]));
    const bytes = Buffer.from(`${whole.map((line) => `${line}\n`).join('')}${source.pick(['', 'torn'])}`);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const next = at + 1 + source.integer(8);
      chunks.push(bytes.subarray(at, next));
      at = next;
    }
    assert.deepEqual(await read(chunks), whole, `seed ${seed}`);
  }
});

test('a line without end is refused', async () => {
  const chunks = Array.from({ length: 17 }, () => Buffer.alloc(1 << 20, 'x'));
  await assert.rejects(read(chunks), /longer than 16 MiB/);
});
