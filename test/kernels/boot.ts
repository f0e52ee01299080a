import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { root } from '../runner/files.ts';
import { startProcess } from '../testbed/process.ts';
import { initramfs } from './initramfs.ts';
import { KernelsUnavailable } from './unavailable.ts';

/** What a guest is. */
export interface Guest {
  /** An unpacked kernel; see `unpacked`. */
  readonly kernel: string;
  /** busybox, statically linked. */
  readonly busybox: string;
  /** The version of cgroups that it has, alone. */
  readonly cgroup: 'v1' | 'v2';
}

/** How it ended. */
export interface Ended {
  /** What went wrong; undefined when the command ran to its end. */
  readonly problem?: string;
  /** What its kernel and its first processes wrote. */
  readonly console: string;
}

/**
 * Boots a guest in a QEMU that emulates a processor in software, and runs a command there: as root, in the
 * root of this repository, over the files of this machine, which it cannot change. `line` gets each line that it prints.
 */
export async function boot(
  folder: string,
  { kernel, busybox, cgroup }: Guest,
  command: readonly string[],
  seconds: number,
  line: (line: string) => void,
): Promise<Ended> {
  const [image] = globSync(['boot/vmlinuz-*', 'usr/lib/modules/*/vmlinuz'], { cwd: kernel });
  if (image === undefined) throw new Error(`${kernel} holds no kernel`);
  const [console, output] = [join(folder, 'console'), join(folder, 'output')];
  const qemu = await startProcess(
    'qemu',
    [
      ...['qemu-system-x86_64', '-accel', 'tcg', '-machine', 'q35', '-cpu', 'max,la57=off', '-smp', '1', '-m', '1536'],
      ...['-nodefaults', '-nographic', '-no-reboot'],
      ...['-kernel', join(kernel, image), '-initrd', initramfs(folder, kernel, busybox, shell(command))],
      ...['-append', `console=ttyS0 quiet panic=-1 mitigations=off cgroup=${cgroup}`],
      ...['-virtfs', 'local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap'],
      ...['-serial', `file:${console}`, '-serial', `file:${output}`],
    ],
    join(folder, 'qemu'),
  );
  let told = 0;
  const tell = (): void => {
    const lines = read(output).split('\n').slice(0, -1);
    for (const text of lines.slice(told)) line(text);
    told = lines.length;
  };
  const limit = performance.now() + seconds * 1000;
  try {
    for (; !qemu.hasEnded() && performance.now() < limit; await sleep(500)) tell();
    const inTime = qemu.hasEnded();
    tell();
    const problem = !inTime
      ? `was stopped after ${seconds} s`
      : (await qemu.wait()) !== 0
        ? `QEMU failed: ${read(qemu.log)}`
        : undefined;
    return { console: read(console), ...(problem !== undefined && { problem }) };
  } finally {
    await qemu.kill();
  }
}

/** Why guests cannot run on this machine as it is; false where they can. */
export async function qemuMissing(): Promise<string | false> {
  if (process.getuid?.() !== 0) return 'a guest takes root, as it uses the files of this machine';
  if (process.arch !== 'x64') return 'the kernels are for x86-64';
  const works = promisify(execFile)('qemu-system-x86_64', ['--version']);
  return works.then(
    () => false,
    () => 'there is no qemu-system-x86_64 (on Debian: apt-get install qemu-system-x86)',
  );
}

/** Lets apt install QEMU where only that is missing. Rejects with KernelsUnavailable where guests cannot run. */
export async function ensureQemu(say: (line: string) => void): Promise<void> {
  if ((await qemuMissing()) !== false && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say('kernels: installing with apt: qemu-system-x86 ...');
    const settings = ['-qq', '-o', 'DPkg::Lock::Timeout=120'];
    const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 600_000 };
    const install = [...settings, 'install', '-y', '--no-install-recommends', 'qemu-system-x86'];
    for (const args of [[...settings, 'update'], install])
      await promisify(execFile)('apt-get', args, options).catch((error: Error) => say(`kernels: ${error.message}`));
  }
  const missing = await qemuMissing();
  if (missing !== false) throw new KernelsUnavailable(missing);
}

/** A command as a line of shell, with what it takes of our environment. */
function shell(command: readonly string[]): string {
  const { HOME = '/root', PATH = '', XDG_CACHE_HOME, PORTOLAN_SENSOR_CACHE } = process.env;
  const environment = { HOME, PATH: `${dirname(process.execPath)}:${PATH}`, XDG_CACHE_HOME, PORTOLAN_SENSOR_CACHE };
  const exports = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(value)}`],
  );
  return `cd ${quoted(root)} && export ${exports.join(' ')} && ${command.map(quoted).join(' ')}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
