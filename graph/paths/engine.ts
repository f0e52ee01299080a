import { setTimeout as sleep } from 'node:timers/promises';
import type { VersionVector } from '../model/graph.ts';
import type { Scope } from '../model/scope.ts';
import { StoreError } from '../store/errors.ts';
import type { GraphStore } from '../store/port.ts';
import { PathEngineError } from './errors.ts';
import type { PathEngine } from './port.ts';
import { slim } from './slim.ts';
import { startThread, type Thread } from './thread.ts';
import { Turnstile } from './turnstile.ts';
import { covers, versionOf } from './versions.ts';

export interface PathEngineOptions {
  /** How many queries may wait for their turn; one more is refused with BUSY. 1,000 by default. */
  readonly maxWaiting?: number;
  /** Told of trouble that the engine gets over by itself: a store that fails for a while, a thread that died. */
  readonly onTrouble?: (error: unknown) => void;
  /** How to start the thread; a test may want to stop it. */
  readonly start?: () => Thread;
}

/** Milliseconds between attempts after trouble: the first, and the most as it doubles. */
const firstPause = 100;
const longestPause = 10_000;

/**
 * Opens the engine for one tenant: scans the store into a worker thread, then follows its changes.
 * Resolves when the scan is in; rejects when the store fails before.
 * Trouble after that is got over: when changes have expired or the thread has died, the store is scanned anew.
 */
export async function openPathEngine(
  store: Pick<GraphStore, 'scan' | 'changes'>,
  tenant: string,
  { maxWaiting = 1000, onTrouble = () => {}, start = startThread }: PathEngineOptions = {},
): Promise<PathEngine> {
  const closing = new AbortController();
  const queries = new Turnstile(maxWaiting);
  const waiters = new Set<{ readonly wanted: VersionVector; readonly resolve: () => void }>();
  let thread = start();
  let version: VersionVector = {};
  let pause = firstPause;

  const arrive = (reached: VersionVector): void => {
    version = reached;
    for (const waiter of waiters) if (covers(version, waiter.wanted)) waiter.resolve();
  };

  /** Scans the store into a new projection. */
  const load = async (into: Thread): Promise<void> => {
    const scan = await store.scan(tenant);
    await into.ask('begin', { version: scan.version });
    for await (const batch of scan.batches) {
      await into.ask('load', { cluster: batch.cluster, change: slim(batch) });
    }
    arrive(await into.ask('serve', null));
    queries.open();
  };

  /** Feeds deltas until closed, or until something throws. */
  const follow = async (into: Thread): Promise<void> => {
    const signal = AbortSignal.any([closing.signal, into.ended]);
    for await (const { partition, version: number, delta } of store.changes(tenant, version, signal)) {
      const { cluster } = partition;
      const before = versionOf(version, cluster);
      if (number <= before) continue;
      if (number > before + 1) {
        throw new StoreError('VERSION_EXPIRED', `After version ${before} of ${cluster} came ${number}.`);
      }
      arrive(await into.ask('delta', { cluster, version: number, change: slim(delta) }));
      pause = firstPause;
    }
    signal.throwIfAborted();
    throw new Error('The store ended its changes.');
  };

  const keepUp = async (): Promise<void> => {
    let loaded = true;
    while (!closing.signal.aborted) {
      try {
        if (thread.ended.aborted) {
          thread = start();
          loaded = false;
        }
        if (!loaded) await load(thread);
        loaded = true;
        await follow(thread);
      } catch (error) {
        if (closing.signal.aborted) return;
        if (error instanceof StoreError && error.code === 'VERSION_EXPIRED') loaded = false;
        if (thread.ended.aborted) queries.close(thread.ended.reason);
        onTrouble(error);
        await sleep(pause, undefined, { signal: closing.signal }).catch(() => {});
        pause = Math.min(2 * pause, longestPause);
      }
    }
  };

  try {
    await load(thread);
  } catch (error) {
    await thread.stop();
    throw error;
  }
  const following = keepUp();

  const admit = (scope: Scope): void => {
    closing.signal.throwIfAborted();
    if (scope.tenant !== tenant) {
      throw new PathEngineError('INVALID_QUERY', `This path engine answers for another tenant than ${scope.tenant}.`);
    }
  };

  return {
    version: () => version,
    reached: (wanted, signal) =>
      new Promise((resolve, reject) => {
        const ends = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]);
        const settle = (finish: () => void) => (): void => {
          waiters.delete(waiter);
          ends.removeEventListener('abort', abort);
          finish();
        };
        const abort = settle(() => reject(ends.reason));
        const waiter = { wanted, resolve: settle(resolve) };
        if (ends.aborted) return reject(ends.reason);
        if (covers(version, wanted)) return resolve();
        waiters.add(waiter);
        ends.addEventListener('abort', abort);
      }),
    paths: async (scope, query, signal) => {
      admit(scope);
      return queries.pass(() => thread.ask('paths', { scope, query }), signal);
    },
    blastRadius: async (scope, query, signal) => {
      admit(scope);
      return queries.pass(() => thread.ask('blastRadius', { scope, query }), signal);
    },
    close: async () => {
      const closed = new PathEngineError('CLOSED', 'The path engine is closed.');
      closing.abort(closed);
      queries.close(closed);
      await thread.stop();
      await following;
    },
  };
}
