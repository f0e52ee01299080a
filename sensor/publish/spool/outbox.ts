import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contentDigest, type Encoding } from '../batch.ts';
import type { ByClass } from '../record.ts';
import { type Delivered, deliveredFile } from './delivered.ts';

/** A batch as it is sent, every time it is. */
export interface Batch {
  readonly instance: string;
  readonly sequence: number;
  readonly encoding: Encoding;
  readonly digest: string;
  readonly counts: Readonly<ByClass>;
  /** Lost before these records, and told of by this batch. */
  readonly missing: Readonly<ByClass>;
  /** How many pages it holds: of one there is no half. */
  readonly pages: number;
  /** What is delivered once this is acknowledged. */
  readonly next: Readonly<ByClass>;
  readonly order: number;
  readonly body: Buffer;
}

const outboxFile = 'outbox';

/** Keeps the batch that is under way; durable when it returns. */
export async function putBatch(folder: string, { body, ...head }: Batch): Promise<void> {
  await replaceFile(join(folder, outboxFile), [Buffer.from(`${JSON.stringify(head)}\n`), body]);
}

/** The batch that was under way; undefined where there is none, or it is damaged and was thus never sent. */
export async function readBatch(folder: string): Promise<Batch | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(folder, outboxFile));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const end = bytes.indexOf('\n');
  try {
    const head = JSON.parse(bytes.toString('utf8', 0, end)) as Omit<Batch, 'body'>;
    const body = bytes.subarray(end + 1);
    return contentDigest(body) === head.digest ? { ...head, body } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function putDelivered(folder: string, delivered: Delivered): Promise<void> {
  await replaceFile(join(folder, deliveredFile), [Buffer.from(JSON.stringify(delivered))]);
}

export async function dropBatch(folder: string): Promise<void> {
  await rm(join(folder, outboxFile), { force: true });
}

/** Whoever reads the file sees the old or the new, and after a power cut, too. */
async function replaceFile(path: string, parts: readonly Buffer[]): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o640);
  try {
    await file.writev(parts);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
