import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface Module {
  readonly name: string;
  /** What the kernel loads, whatever it is compressed with on disk. */
  readonly bytes: Buffer;
}

/**
 * Those of `wanted` that an unpacked kernel has as modules, each after those that it depends on, which its section .modinfo
 * names. The others are part of the kernel. `busybox` uncompresses them.
 */
export function modulesOf(kernel: string, busybox: string, wanted: readonly string[]): readonly Module[] {
  const files = new Map(
    globSync('{lib,usr/lib}/modules/*/kernel/**/*.ko*', { cwd: kernel }).map((file) => [
      moduleName(file),
      join(kernel, file),
    ]),
  );
  const found = new Map<string, Module>();
  function add(name: string): void {
    const file = files.get(name);
    if (file === undefined || found.has(name)) return;
    const bytes = file.endsWith('.xz')
      ? execFileSync(busybox, ['xzcat', file], { maxBuffer: 1 << 26 })
      : readFileSync(file);
    const depends = /\0depends=([^\0]*)\0/.exec(bytes.toString('latin1'))?.[1] ?? '';
    for (const other of depends.split(',')) add(other);
    found.set(name, { name, bytes });
  }
  for (const name of wanted) add(name);
  return [...found.values()];
}

/** A file may have a dash where its module has an underscore. */
const moduleName = (file: string): string =>
  basename(file)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_');
