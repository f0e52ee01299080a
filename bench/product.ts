import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** `portolan up` as its users run it: a process of its own, asked over HTTP. */
export interface Product {
  readonly url: string;
  /** Milliseconds from the start of the process until it answered its first query. */
  readonly firstAnswerMs: number;
  /** Milliseconds from the start of the process until everything was charted. */
  readonly chartedMs: number;
  query<T>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<T>;
  /** Resident memory in MiB, now and at its peak. */
  memory(): Promise<{ readonly now: number; readonly peak: number }>;
  stop(): Promise<void>;
}

const longestStartMs = 180_000;

const root = join(import.meta.dirname, '..');

/** Starts `portolan up`, or what stands for it, with a store of its own on a free port, and waits until it has charted everything. */
export async function startProduct(
  args: readonly string[],
  [command, ...first]: readonly [string, ...string[]] = [join(root, 'portolan'), 'up'],
): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const started = performance.now();
  const child = spawn(command, [...first, '--port', '0', '--store', join(folder, 'portolan.db'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORTOLAN_LOG_LEVEL: 'info' },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk));
  const stop = (): Promise<void> => end(child).then(() => rm(folder, { recursive: true, force: true }));
  const until = async <T>(what: string, find: () => T | undefined | Promise<T | undefined>): Promise<T> => {
    while (performance.now() - started < longestStartMs) {
      const found = await find();
      if (found !== undefined) return found;
      if (child.exitCode !== null) break;
      await sleep(5);
    }
    await stop();
    throw new Error(`${what} did not come:\n${output}\n${errors}`);
  };
  const url = await until('the address', () => /"url":"([^"]+)"/.exec(errors)?.[1]);
  const query = async <T>(document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: document, variables }),
    });
    const { data, errors: failed } = (await response.json()) as { data?: T; errors?: unknown };
    if (failed !== undefined || data == null) throw new Error(JSON.stringify(failed));
    return data;
  };
  await until('the first answer', async () => (await query('{ version }').catch(() => undefined)) as unknown);
  const firstAnswerMs = performance.now() - started;
  await until('the chart', async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined));
  return {
    url,
    firstAnswerMs,
    chartedMs: performance.now() - started,
    query,
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      const mebibytes = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
      return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
    },
    stop,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(timer);
}
