import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modulesOf } from './modules.ts';

const guest = join(import.meta.dirname, 'guest');

/** The host's files, and what lies over them. */
const modules = ['virtio_pci', '9pnet_virtio', '9p', 'overlay'];
/** One that nothing needs, for the test that loads a module. */
const spare = 'dummy';

/**
 * Packs the first file system of a guest: busybox, modules of its kernel, and what to do (guest/init, guest/start, `command`,
 * a line of shell). Returns the archive's path, in `folder`, which must be empty.
 */
export function initramfs(folder: string, kernel: string, busybox: string, command: string): string {
  const root = join(folder, 'root');
  for (const name of ['bin', 'modules', 'guest', 'host', 'changes', 'root', 'dev'])
    mkdirSync(join(root, name), { recursive: true });
  copyFileSync(busybox, join(root, 'bin/busybox'));
  copyFileSync(join(guest, 'init'), join(root, 'init'));
  chmodSync(join(root, 'init'), 0o755);
  copyFileSync(join(guest, 'start'), join(root, 'guest/start'));
  writeFileSync(join(root, 'guest/command'), `${command}\n`);
  for (const [index, { name, bytes }] of modulesOf(kernel, busybox, modules).entries())
    writeFileSync(join(root, 'modules', `${String(index).padStart(2, '0')}-${name}.ko`), bytes);
  for (const { bytes } of modulesOf(kernel, busybox, [spare])) writeFileSync(join(root, 'guest/spare.ko'), bytes);
  const archive = join(folder, 'initramfs');
  const pack = 'cd "$1" && "$0" find . | "$0" cpio -o -H newc >"$2"';
  execFileSync(busybox, ['sh', '-c', pack, busybox, root, archive], { stdio: 'ignore' });
  return archive;
}
