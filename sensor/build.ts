import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The sensor cannot run here; the message says why, and what to do. */
export class SensorUnavailable extends Error {
  override readonly name = 'SensorUnavailable';
}

/** What a build leaves. */
export interface SensorBuild {
  /** The BPF programs: a CO-RE object for every kernel that reads memory as this one does. */
  readonly object: string;
  /** The program that loads them; statically linked. */
  readonly loader: string;
}

type Say = (line: string) => void;

const source = import.meta.dirname;
const packages = ['clang', 'llvm', 'gcc', 'libc6-dev', 'libbpf-dev', 'libelf-dev', 'zlib1g-dev'];
const architectures: Readonly<Record<string, string>> = { x64: 'x86', arm64: 'arm64' };

/**
 * The object and the loader, from the cache or built into it (seconds); `say` is told so in lines. On Debian as root apt
 * brings compilers where they are missing. Rejects with SensorUnavailable where it cannot be built.
 */
export async function ensureSensor(say: Say): Promise<SensorBuild> {
  const folder = join(cache(), `sensor-${key()}`);
  const build = { object: join(folder, objects[readsOf(release())]), loader: join(folder, 'loader') };
  if (existsSync(build.object) && existsSync(build.loader)) return build;
  if (process.platform !== 'linux') throw new SensorUnavailable('the sensor runs on Linux only');
  if (!(await compilersAreThere())) await installCompilers(say);
  say('sensor: building the BPF programs and their loader (once, seconds) ...');
  const workshop = `${folder}.${process.pid}`;
  mkdirSync(workshop, { recursive: true });
  try {
    await compile(workshop, architectures[process.arch] ?? process.arch);
    // Whoever comes second finds the folder there, with the same in it.
    if (!existsSync(folder)) renameSync(workshop, folder);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  say(`sensor: built ${folder}`);
  return build;
}

/** How the programs read kernel memory; see kernel/read.h. */
export type Reads = 'cast' | 'probe';

const objects = { cast: 'sensor.bpf.o', probe: 'sensor-probe.bpf.o' } as const;

/** How they do on a kernel of this release (`uname -r`): pointers may be cast from 6.2 on. */
export function readsOf(kernel: string): Reads {
  return isFrom(kernel, 6, 2) ? 'cast' : 'probe';
}

/** Whether a kernel of this release (`uname -r`) is of a version or later. */
export function isFrom(kernel: string, major: number, minor: number): boolean {
  const [itsMajor = 0, itsMinor = 0] = kernel.split('.').map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}

/** Compiles the BPF programs for an architecture (as the kernel calls it) and returns the object's path. */
export async function compileObject(
  folder: string,
  architecture: string,
  reads: Reads,
  programs = join(source, 'kernel/sensor.bpf.c'),
): Promise<string> {
  const object = join(folder, objects[reads]);
  const defined = [`-D__TARGET_ARCH_${architecture}`, ...(reads === 'probe' ? ['-DPROBE_READS'] : [])];
  const flags = ['-g', '-O2', '-target', 'bpf', '-Wall', '-Werror', ...defined];
  await run('clang', [...flags, '-c', programs, '-o', object]);
  await run('llvm-strip', ['-g', object]); // DWARF goes, BTF stays
  return object;
}

async function compile(folder: string, architecture: string): Promise<void> {
  for (const reads of ['cast', 'probe'] as const) await compileObject(folder, architecture, reads);
  const sources = ['loader.c', 'drain.c', 'frames.c', 'messages.c', 'repeats.c'].map((name) =>
    join(source, 'loader', name),
  );
  const libraries = ['-lbpf', '-lelf', '-lz'];
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-static'];
  await run('gcc', [...flags, '-o', join(folder, 'loader'), ...sources, ...libraries]);
}

function cache(): string {
  const { PORTOLAN_SENSOR_CACHE, XDG_CACHE_HOME } = process.env;
  return PORTOLAN_SENSOR_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'portolan');
}

/** Changes with every source. */
function key(): string {
  const files = globSync('**/*.{c,h}', { cwd: source }).sort();
  const hash = createHash('sha256').update(process.arch);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(source, file)));
  return hash.digest('hex').slice(0, 12);
}

async function compilersAreThere(): Promise<boolean> {
  const headers = ['/usr/include/bpf/libbpf.h', '/usr/include/libelf.h', '/usr/include/zlib.h'];
  const tools = ['clang', 'llvm-strip', 'gcc'].map((tool) => run(tool, ['--version']));
  return headers.every((header) => existsSync(header)) && (await Promise.allSettled(tools)).every(isFulfilled);
}

const isFulfilled = ({ status }: PromiseSettledResult<unknown>): boolean => status === 'fulfilled';

async function installCompilers(say: Say): Promise<void> {
  const advice = `install ${packages.join(', ')} (or what your distribution calls them) and try again`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new SensorUnavailable(`building the sensor takes clang, gcc and libbpf, which are not all there; ${advice}`);
  }
  say(`sensor: installing with apt: ${packages.join(' ')} ...`);
  const lock = ['-o', 'DPkg::Lock::Timeout=120'];
  try {
    await run('apt-get', [...lock, 'update', '-qq']);
    await run('apt-get', [...lock, 'install', '-qq', '-y', '--no-install-recommends', ...packages]);
  } catch (error) {
    throw new SensorUnavailable(`apt could not install the compilers (${(error as Error).message}); ${advice}`);
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { cwd: tmpdir(), env, timeout: 600_000, maxBuffer: 16 << 20 };
  try {
    await promisify(execFile)(command, [...args], options);
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    throw new SensorUnavailable(`${command} failed: ${stderr.trim().split('\n').slice(-5).join('; ') || message}`);
  }
}
