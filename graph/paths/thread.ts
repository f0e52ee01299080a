import { Worker } from 'node:worker_threads';
import { PathEngineError } from './errors.ts';
import type { Exchange, Reply, Verb } from './messages.ts';

/** A worker thread with a projection. */
export interface Thread {
  /** Rejects with a PathEngineError, RESTARTING when the thread ends before it replies. */
  ask<V extends Verb>(verb: V, request: Exchange[V]['request']): Promise<Exchange[V]['reply']>;
  /** Aborts when the thread has ended, by itself or by `stop`; its reason says why. */
  readonly ended: AbortSignal;
  stop(): Promise<void>;
}

interface Pending {
  readonly resolve: (reply: Exchange[Verb]['reply']) => void;
  readonly reject: (error: Error) => void;
}

export function startThread(): Thread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { name: 'portolan-paths' });
  const pending = new Map<number, Pending>();
  const ended = new AbortController();
  let count = 0;

  const end = (cause: unknown): void => {
    if (ended.signal.aborted) return;
    const error = new PathEngineError(
      'RESTARTING',
      'The thread of the path engine ended before it answered; a new one is being loaded. Ask again in a moment.',
      { cause },
    );
    ended.abort(error);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  worker.on('error', end);
  worker.on('exit', (status) => end(new Error(`the thread exited with ${status}`)));
  worker.on('message', (reply: Reply) => {
    const asker = pending.get(reply.number);
    pending.delete(reply.number);
    if ('reply' in reply) asker?.resolve(reply.reply);
    else if (reply.code === null) asker?.reject(new Error(reply.message));
    else asker?.reject(new PathEngineError(reply.code, reply.message));
  });

  return {
    ask: <V extends Verb>(verb: V, request: Exchange[V]['request']) =>
      new Promise<Exchange[V]['reply']>((resolve, reject) => {
        if (ended.signal.aborted) return reject(ended.signal.reason);
        const number = count++;
        pending.set(number, { resolve: resolve as Pending['resolve'], reject });
        worker.postMessage({ number, verb, request });
      }),
    ended: ended.signal,
    stop: async () => {
      await worker.terminate();
    },
  };
}
