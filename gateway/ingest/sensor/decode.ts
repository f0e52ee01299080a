import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { batchLimits, contentDigest } from '../../../sensor/publish/batch.ts';
import { BatchError } from './read-batch.ts';

const decoders: Readonly<Record<string, (content: Buffer) => Promise<Buffer>>> = {
  zstd: (content) => promisify(zstdDecompress)(content, { maxOutputLength: batchLimits.decodedBytes }),
  gzip: (content) => promisify(gunzip)(content, { maxOutputLength: batchLimits.decodedBytes }),
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
