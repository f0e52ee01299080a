import { type FileHandle, open, stat } from 'node:fs/promises';
import type { AuditBatch } from './batch.ts';
import type { AuditSource } from './event.ts';
import { linesAfter } from './lines-after.ts';
import { beginningOf, rotatedFiles } from './log-file.ts';
import { parseAudit, together } from './parse.ts';
import { pause } from './pause.ts';

/** How far an audit log has been read: in which file, told by how it begins, and to which byte. */
export interface LogCursor {
  readonly beginning: string;
  readonly offset: number;
}

export interface FollowLogOptions {
  readonly source: Omit<AuditSource, 'pointer'>;
  /** Where to go on; null for the beginning of the file. */
  readonly after: LogCursor | null;
  readonly pollMs?: number;
}

/**
 * Follows an audit log of an API server, a line an event, as it grows and is rotated, by renaming or by copying and
 * truncating, until the signal is aborted. A file that is not there yet is waited for. A file is told by how it begins, so
 * that after a restart the rest of one that was rotated meanwhile is read first.
 */
export async function* followLog(
  path: string,
  { source, after, pollMs = 250 }: FollowLogOptions,
  signal: AbortSignal,
): AsyncGenerator<AuditBatch<LogCursor>> {
  let cursor = after;
  const read = async function* (file: FileHandle, beginning: string, from: number, ended: boolean) {
    const readAt = async (offset: number, size: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, offset);
      return buffer.subarray(0, bytesRead);
    };
    for await (const { lines, offset, problems } of linesAfter(readAt, from, () => ended, path)) {
      // Truncated and begun anew meanwhile: what was read may be of either.
      if ((await beginningOf(file)) !== beginning) return;
      const parsed = lines.map(({ text, at }) => parseAudit(text, { ...source, pointer: `${path} at byte ${at}` }));
      cursor = { beginning, offset };
      yield { ...together([{ events: [], problems }, ...parsed]), cursor };
      if (signal.aborted) return;
    }
  };
  while (!signal.aborted) {
    // What was rotated away before it was read to its end, and what came after it.
    if (cursor !== null && (await beginningAt(path)) !== cursor.beginning) {
      const { beginning, offset }: LogCursor = cursor;
      const rotated = await rotatedFiles(path);
      const at = rotated.findIndex((each) => each.beginning === beginning);
      if (at === -1 && (await beginningAt(path)) !== null) {
        const message = `the file that was read last is gone: what was written to it after byte ${offset} is lost`;
        cursor = null;
        yield { events: [], problems: [{ place: path, message }], cursor: { beginning, offset } };
      }
      for (const [index, each] of at === -1 ? [] : rotated.slice(at).entries()) {
        await using file = await open(each.path);
        yield* read(file, each.beginning, index === 0 ? offset : 0, true);
        if (signal.aborted) return;
      }
    }
    await using file = await open(path).catch(missing);
    const beginning = file && (await beginningOf(file));
    if (!file || beginning === null) {
      await pause(pollMs, signal);
      continue;
    }
    const known: LogCursor | null = cursor;
    let offset: number = known?.beginning === beginning ? known.offset : 0;
    // Until another file has its name, or it begins anew.
    for (;;) {
      for await (const batch of read(file, beginning, offset, false)) {
        offset = batch.cursor.offset;
        yield batch;
      }
      if (signal.aborted) return;
      if (!(await isStill(path, file, beginning))) break;
      await pause(pollMs, signal);
    }
    // The writer may have written to it until the moment it was renamed.
    if ((await beginningOf(file)) === beginning) yield* read(file, beginning, offset, true);
  }
}

async function isStill(path: string, file: FileHandle, beginning: string): Promise<boolean> {
  const [named, held] = await Promise.all([stat(path).catch(() => null), file.stat()]);
  if (named === null || named.ino !== held.ino || named.dev !== held.dev) return false;
  return (await beginningOf(file)) === beginning;
}

async function beginningAt(path: string): Promise<string | null> {
  await using file = await open(path).catch(missing);
  return file && beginningOf(file);
}

function missing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
