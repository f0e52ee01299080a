import { promisify } from 'node:util';
import { gunzip, gunzipSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { batchLimits, contentDigest } from '../../../sensor/publish/batch.ts';
import { BatchError } from './read-batch.ts';

const options = { maxOutputLength: batchLimits.decodedBytes };
/** What is smaller is decoded at once, which takes less than handing it to another thread. */
const small = 32 * 1024;

const decoders: Readonly<Record<string, (content: Buffer) => Buffer | Promise<Buffer>>> = {
  zstd: (content) =>
    content.length < small ? zstdDecompressSync(content, options) : promisify(zstdDecompress)(content, options),
  gzip: (content) => (content.length < small ? gunzipSync(content, options) : promisify(gunzip)(content, options)),
};

export const encodings: readonly string[] = Object.keys(decoders);

/** The text of a batch's content, once that is what its digest says. Throws BatchError. */
export async function decodeContent(content: Buffer, encoding: string, digest: string | undefined): Promise<string> {
  if (digest !== contentDigest(content)) throw new BatchError('the content is not what Content-Digest says');
  try {
    const text = (await decoders[encoding]?.(content)) ?? content;
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch (error) {
    throw new BatchError(`the content cannot be decoded: ${(error as Error).message}`);
  }
}
