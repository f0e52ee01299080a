import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** An input that cannot be charted at all; the message says what to do. */
export class DumpError extends Error {
  readonly code = 'BAD_INPUT';
}

/** V8 holds no longer string. */
const maxFileLength = 512 * 1024 * 1024 - 64;

const manifestName = /\.(?:ya?ml|json|ndjson)$/i;

export function isManifestName(name: string): boolean {
  return manifestName.test(name) && !name.startsWith('.');
}

/** The manifests under a path: itself if it is a file, else the .yaml, .yml, .json and .ndjson of its tree by name, without what is hidden. */
export async function manifestsUnder(path: string): Promise<readonly string[]> {
  const status = await stat(path).catch(() => null);
  if (status === null) throw new DumpError(`${path} cannot be read: give a file, a folder, or - for standard input`);
  if (!status.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory() && isManifestName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/(?:^|\/)\./.test(relative(path, file)))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** The text of a file. */
export async function readManifest(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > maxFileLength) throw new DumpError(tooLong(path));
  return decode(await readFile(path));
}

/** The text of a stream, to its end. */
export async function readStream(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > maxFileLength) throw new DumpError(tooLong('standard input'));
    parts.push(bytes);
  }
  return decode(Buffer.concat(parts));
}

function tooLong(what: string): string {
  return `${what} is longer than 512 MiB: split it, for instance by namespace`;
}

/** UTF-8, or UTF-16 with its mark, which is what PowerShell makes of `kubectl get ... > file`. */
function decode(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
