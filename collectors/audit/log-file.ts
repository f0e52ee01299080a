import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/** How much of a file tells it from others: its first line, or so many bytes of it. No two begin with the same audit id. */
const tellingBytes = 1024;

/** What tells a log file from others, by whatever name it goes: a hash of how it begins; null while it has no line yet. */
export async function beginningOf(file: FileHandle): Promise<string | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(tellingBytes), 0, tellingBytes, 0);
  const newline = buffer.subarray(0, bytesRead).indexOf(0x0a);
  if (newline === -1 && bytesRead < tellingBytes) return null;
  const telling = buffer.subarray(0, newline === -1 ? tellingBytes : newline);
  return createHash('sha256').update(telling).digest('base64url');
}

export interface Sibling {
  readonly path: string;
  /** As `beginningOf`. */
  readonly beginning: string;
}

/**
 * The files that a log has been rotated to, the oldest first: those beside it whose names begin as its own does (audit.log,
 * audit-2026-01-31T10-00-00.000.log, audit.log.1). Compressed ones are left out.
 */
export async function rotatedFiles(path: string): Promise<readonly Sibling[]> {
  const name = basename(path);
  const stem = name.slice(0, name.length - extname(name).length);
  const names = (await readdir(dirname(path))).filter(
    (each) => each !== name && each.startsWith(stem) && !/\.(gz|zst|xz|bz2)$/.test(each),
  );
  const found = await Promise.all(names.map((each) => siblingAt(join(dirname(path), each))));
  return found
    .flat()
    .sort((a, b) => a.written - b.written || (a.path < b.path ? -1 : 1))
    .map(({ path, beginning }) => ({ path, beginning }));
}

async function siblingAt(path: string): Promise<readonly (Sibling & { readonly written: number })[]> {
  try {
    const { mtimeMs } = await stat(path);
    await using file = await open(path);
    const beginning = await beginningOf(file);
    return beginning === null ? [] : [{ path, beginning, written: mtimeMs }];
  } catch {
    return []; // it has been rotated away meanwhile, or is no file that we may read
  }
}
