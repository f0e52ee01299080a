import { type AuditProblem, mostJsonBytes } from './parse.ts';

/** Bytes of something that grows at its end, from an offset on; fewer than `size` only where it ends. */
export type ReadAt = (offset: number, size: number) => Promise<Buffer>;

export interface Lines {
  readonly lines: readonly { readonly text: string; readonly at: number }[];
  readonly problems: readonly AuditProblem[];
  /** After the last of them. */
  readonly offset: number;
}

const chunkBytes = 1 << 20;
const newline = 0x0a;

/**
 * The lines from a byte on. What stands behind the last newline is left until it has one, unless `isLine` says that it is
 * whole. A line that is too long is passed over.
 */
export async function* linesAfter(
  readAt: ReadAt,
  from: number,
  isLine: (rest: Buffer) => boolean,
  place: string,
): AsyncGenerator<Lines> {
  let offset = from;
  for (let size = chunkBytes; ; ) {
    const bytes = await readAt(offset, size);
    const atEnd = bytes.length < size;
    const ended = bytes.lastIndexOf(newline) + 1;
    const last = atEnd && isLine(bytes.subarray(ended)) ? bytes.length : ended;
    if (last === 0) {
      if (atEnd) return;
      if (size < mostJsonBytes) {
        size *= 2;
        continue;
      }
      const next = await afterLine(readAt, offset + size);
      if (next === null) return;
      const message = `a line of more than ${mostJsonBytes >> 20} MiB is passed over`;
      yield { lines: [], problems: [{ place: `${place} at byte ${offset}`, message }], offset: next };
      offset = next;
      continue;
    }
    const lines: { text: string; at: number }[] = [];
    for (let start = 0; start < last; ) {
      const found = bytes.indexOf(newline, start);
      const end = found === -1 || found > last ? last : found;
      const text = bytes.toString('utf8', start, end).trim();
      if (text !== '') lines.push({ text, at: offset + start });
      start = end + 1;
    }
    offset += last;
    yield { lines, problems: [], offset };
    if (atEnd) return;
    size = chunkBytes;
  }
}

/** Where the line that goes on at a byte has ended; null while it has not. */
async function afterLine(readAt: ReadAt, from: number): Promise<number | null> {
  for (let at = from; ; at += chunkBytes) {
    const bytes = await readAt(at, chunkBytes);
    const found = bytes.indexOf(newline);
    if (found !== -1) return at + found + 1;
    if (bytes.length < chunkBytes) return null;
  }
}
