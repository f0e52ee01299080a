import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchStore } from './stores.ts';

/** `portolan up` as its users run it: a process of its own, asked over HTTP. */
export interface Product {
  readonly url: string;
  /** Milliseconds from the start of the process until it answered its first query. */
  readonly firstAnswerMs: number;
  /** Milliseconds from the start of the process until everything was charted. */
  readonly chartedMs: number;
  query<T>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<T>;
  /** Resident memory in MB (10^6 bytes), now and at its peak. */
  memory(): Promise<{ readonly now: number; readonly peak: number }>;
  stop(): Promise<void>;
}

const longestStartMs = 180_000;

const root = join(import.meta.dirname, '..');

/** Starts `portolan up`, or what stands for it, on a free port, and waits until it has charted everything. */
export async function startProduct(
  args: readonly string[],
  { address, env }: Pick<BenchStore, 'address' | 'env'>,
  [command, ...first]: readonly [string, ...string[]] = [join(root, 'portolan'), 'up'],
): Promise<Product> {
  const started = performance.now();
  const child = spawn(command, [...first, '--port', '0', '--store', address, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, PORTOLAN_LOG_LEVEL: 'info' },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk));
  const stop = (): Promise<void> => end(child);
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
      const megabytes = (field: string): number =>
        (Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024) / 1e6;
      return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
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
