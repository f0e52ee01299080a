import type { Filter } from '../orders.ts';

/** An open that succeeds, and whether the file is opened for writing, or made by it. */
export interface Opened {
  readonly path: string;
  readonly isWritten: boolean;
}

/** Whether the kernel tells of it: as sensor/probes/open/open.bpf.c decides, where nothing on the way is a mount of its own. */
export function isTold({ everyOpen, writes, readNames, readIn }: Filter, { path, isWritten }: Opened): boolean {
  const [name = '', directory = ''] = path.split('/').reverse();
  if (everyOpen || readNames.includes(name) || readIn.includes(directory)) return true;
  if (!isWritten) return false;
  const prefixes = Object.keys(writes).filter((prefix) => path.startsWith(prefix));
  return writes[prefixes.sort((a, b) => b.length - a.length)[0] ?? ''] ?? false;
}
