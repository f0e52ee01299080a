import { createReadStream } from 'node:fs';
import { lines } from '../lines.ts';
import { breather } from './breather.ts';
import { documents } from './documents.ts';
import { readManifest, readStream } from './files.ts';
import type { ParsedDocument } from './yaml.ts';

export interface ReadOptions {
  /** What `-` reads; standard input unless given. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  readonly signal?: AbortSignal;
}

/**
 * The documents of a file, or of standard input (`-`), one by one; the event loop has its turns in between. Rejects where
 * the file cannot be read, or the signal is aborted.
 */
export async function* readDocuments(file: string, { stdin, signal }: ReadOptions): AsyncGenerator<ParsedDocument> {
  const breathe = breather(signal);
  const found = /\.ndjson$/i.test(file)
    ? jsonLines(file)
    : documents(file === '-' ? await readStream(stdin ?? process.stdin) : await readManifest(file));
  for await (const document of found) {
    yield document;
    await breathe();
  }
}

/** A document a line, read as they come: such a file may be of any size. */
async function* jsonLines(file: string): AsyncGenerator<ParsedDocument> {
  let line = 0;
  for await (const group of lines(endedFile(file))) {
    for (const text of group) {
      line += 1;
      for (const document of documents(text)) yield { ...document, line };
    }
  }
}

/** The bytes of a file, whose last line need not end. */
async function* endedFile(file: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  yield Buffer.from('\n');
}
