import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { StoreError, type StoreErrorCode } from '../errors.ts';
import type { LogLimits } from './log.ts';

/** What a thread is started with. */
export interface WorkerData {
  readonly path: string;
  readonly role: 'writer' | 'reader';
  readonly log: LogLimits;
  readonly loggedAlerts: number;
}

export interface Call {
  readonly number: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** The answer to the call of this number; 0 says that the thread is ready, or that it could not open the file. */
export type Answer =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly error: unknown; readonly code: StoreErrorCode | null };

// biome-ignore lint/suspicious/noExplicitAny: any function at all; the arguments are checked where it is called.
type Methods = { readonly [name: string]: (...args: any[]) => unknown };

/** A thread with its own connection to the file. Calls are answered one by one, in order. */
export interface Thread<M extends Methods> {
  call<N extends keyof M & string>(method: N, ...args: Parameters<M[N]>): Promise<ReturnType<M[N]>>;
  /** Answers what was asked, then ends. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export async function startThread<M extends Methods>(data: WorkerData): Promise<Thread<M>> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: data, name: `sqlite-${data.role}` });
  const exited = once(worker, 'exit');
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let closed: StoreError | null = null;

  const wait = (number: number): Promise<unknown> =>
    new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
  const end = (reason: unknown): void => {
    closed ??= new StoreError('UPSTREAM_UNAVAILABLE', `The store ${data.path} is closed.`, { cause: reason });
    for (const { reject } of waiting.values()) reject(closed);
    waiting.clear();
  };
  worker.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.number);
    waiting.delete(answer.number);
    if ('value' in answer) asked?.resolve(answer.value);
    else asked?.reject(received(answer));
  });
  worker.on('error', end);
  worker.on('exit', end);
  await wait(0);

  return {
    call(method, ...args) {
      if (closed) return Promise.reject(closed);
      const number = ++count;
      const answered = wait(number);
      worker.postMessage({ number, method, args } satisfies Call);
      return answered as Promise<ReturnType<M[typeof method]>>;
    },
    async close() {
      if (!closed) {
        closed = new StoreError('UPSTREAM_UNAVAILABLE', `The store ${data.path} is closed.`);
        worker.postMessage({ number: ++count, method: 'close', args: [] } satisfies Call);
      }
      await exited;
    },
  };
}

/** An error loses its class on the way between threads. */
function received({ error, code }: Extract<Answer, { readonly error: unknown }>): unknown {
  return code !== null && error instanceof Error ? new StoreError(code, error.message, { cause: error }) : error;
}
