import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ensureSensor, type SensorBuild, SensorUnavailable } from '../../sensor/build.ts';
import { root } from '../runner/files.ts';
import { temporaryFolder } from '../testbed/temporary.ts';

/** Milliseconds until we give up: much, as a processor that is emulated (test/kernels) is a tenth as fast. */
const patience = 60_000;

export type Line = Readonly<Record<string, string | number | boolean>>;

let built: Promise<SensorBuild | string> | undefined;

function build(): Promise<SensorBuild | string> {
  built ??= ensureSensor(console.error).catch((error: unknown) => {
    if (error instanceof SensorUnavailable) return error.message;
    throw error;
  });
  return built;
}

/** Why the sensor cannot run on this machine; false where it can. */
export async function sensorMissing(): Promise<string | false> {
  if (process.getuid?.() !== 0) return 'the sensor takes root';
  if (!existsSync('/sys/kernel/btf/vmlinux')) return 'this kernel has no BTF';
  const found = await build();
  return typeof found === 'string' ? found : false;
}

/** The build; only where sensorMissing() says false. */
export async function sensorBuild(): Promise<SensorBuild> {
  const found = await build();
  if (typeof found === 'string') throw new SensorUnavailable(found);
  return found;
}

/** Compiles a C file of actors/ into a folder, and returns the program. */
export async function compileActor(folder: string, name: string): Promise<string> {
  const program = join(folder, name);
  const file = join(import.meta.dirname, 'actors', `${name}.c`);
  const ours = name === 'repeats' ? [join(root, 'sensor/loader/repeats.c')] : [];
  await promisify(execFile)('gcc', [
    '-O1',
    '-Wall',
    '-static',
    '-o',
    program,
    file,
    ...ours,
    '-lbpf',
    '-lelf',
    '-lz',
    '-lpthread',
  ]);
  return program;
}

/** `portolan sensor`, running. */
export interface RunningSensor {
  readonly pid: number;
  loaderPid(): number;
  /** The first line from `from` on that fits; fails after a minute with what there was instead. */
  find(what: string, fits: (line: Line) => boolean, from?: number): Promise<Line>;
  lines(): readonly Line[];
  errors(): string;
  /** SIGTERM; resolves with the exit status. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

export async function startSensor(...args: readonly string[]): Promise<RunningSensor> {
  const child = spawn(join(root, 'portolan'), ['sensor', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const lines: Line[] = [];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line));
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const loaderPid = (): number => Number([...errors.matchAll(/loader (\d+)/g)].at(-1)?.[1] ?? 0);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    await ended;
    clearTimeout(timer);
    return child.exitCode;
  };
  const sensor: RunningSensor = {
    pid: child.pid ?? 0,
    loaderPid,
    lines: () => lines,
    errors: () => errors,
    async find(what, fits, from = 0) {
      for (const limit = Date.now() + patience; Date.now() < limit; await sleep(20)) {
        const found = lines.slice(from).find(fits);
        if (found) return found;
      }
      const seen = lines.slice(from).map((line) => `${line['evt.type']} ${line['proc.name']} ${line['fd.name'] ?? ''}`);
      throw new Error(`saw no ${what} among ${seen.length} events:\n${seen.slice(-40).join('\n')}\n${errors}`);
    },
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
  };
  for (const limit = Date.now() + 4 * patience; loaderPid() === 0; await sleep(20)) {
    if (child.exitCode === null && Date.now() < limit) continue;
    await sensor.kill();
    throw new Error(`portolan sensor did not start: ${errors}`);
  }
  return sensor;
}

/** The BPF programs that a process holds, by id. */
export function programsOf(pid: number): readonly number[] {
  const folder = `/proc/${pid}/fdinfo`;
  return readdirSync(folder).flatMap((name) => {
    const id = /^prog_id:\s*(\d+)$/m.exec(readFileSync(join(folder, name), 'utf8'))?.[1];
    return id === undefined ? [] : [Number(id)];
  });
}

/** Runs a program to its end; resolves with its exit status and output. */
export async function act(
  command: string,
  ...args: readonly string[]
): Promise<{ readonly status: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: patience }, (error, out, err) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out: `${out}${err}` });
    });
  });
}

/** A folder that goes with the test process. */
export function workFolder(): string {
  const folder = temporaryFolder();
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
