import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { SensorBuild } from '../build.ts';

/** A loader that runs; see loader.c. */
export interface Loader {
  readonly pid: number;
  /** What it writes; ends when it does. Read slowly, and it waits. */
  readonly output: AsyncIterable<Buffer>;
  /** Asks it to end; kills it when that takes longer than three seconds. */
  stop(): void;
  /** How it ended, once `output` has. */
  ended(): Promise<LoaderEnd>;
}

export interface LoaderEnd {
  /** Exit status; null when a signal killed it. */
  readonly status: number | null;
  /** Such as `SIGSEGV`. */
  readonly signal: string | null;
  /** The end of what it wrote to standard error. */
  readonly errors: string;
}

const stopMs = 3_000;

/** Starts the loader with its orders. */
export function runLoader({ loader, object }: SensorBuild, orders: string): Loader {
  const child = spawn(loader, [object], { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(-4096);
  });
  child.stdin.on('error', () => undefined); // EPIPE: it has ended, and its status says how
  child.stdin.write(orders);
  const closed = once(child, 'close');
  closed.catch(() => undefined); // asked for in ended()
  return {
    pid: child.pid ?? 0,
    output: child.stdout,
    stop() {
      child.stdin.end();
      setTimeout(() => child.kill('SIGKILL'), stopMs).unref();
    },
    async ended() {
      await closed;
      return { status: child.exitCode, signal: child.signalCode, errors: errors.trim() };
    },
  };
}
