import { setTimeout as sleep } from 'node:timers/promises';
import { identifyCluster, type LiveCluster } from '../../collectors/kubernetes/live/identify.ts';
import { defaultTiming } from '../../collectors/kubernetes/live/timing.ts';
import { watchCluster } from '../../collectors/kubernetes/live/watch-cluster.ts';
import type { ObservedRecord } from '../../graph/model/observation.ts';

/** What a collector has said so far, put together as the graph would. */
export interface Chart {
  readonly cluster: LiveCluster;
  /** By the kind of object, then by its readable name, such as `default/web`. */
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, ObservedRecord>>;
  /** The kinds that cannot be read now, and why. */
  readonly gaps: ReadonlyMap<string, string>;
  /** Kinds whose list has been complete at least once. */
  readonly complete: ReadonlySet<string>;
  /** Ends the watch; rejects if it failed. */
  stop(): Promise<void>;
}

/** As in service, with shorter waits. */
export const timing = {
  ...defaultTiming,
  backoffMs: [50, 400],
  deniedRetryMs: 300,
  notServedRetryMs: 300,
  watchIdleMs: 5000,
  requestMs: 5000,
} as const;

export async function follow(kubeconfig: string): Promise<Chart> {
  const cluster = await identifyCluster({ kubeconfig });
  const stop = new AbortController();
  const records = new Map<string, Map<string, ObservedRecord>>();
  const staged = new Map<string, Map<string, ObservedRecord>>();
  const gaps = new Map<string, string>();
  const complete = new Set<string>();
  const ended = (async () => {
    for await (const observation of watchCluster({ kubeconfig, cluster, timing }, stop.signal)) {
      const { kind } = observation.extent;
      const current = records.get(kind) ?? new Map<string, ObservedRecord>();
      records.set(kind, current);
      if (observation.type === 'problem') throw new Error(`${observation.place}: ${observation.message}`);
      if (observation.type === 'unreadable') gaps.set(kind, observation.reason);
      else gaps.delete(kind);
      if (observation.type === 'snapshot') staged.set(kind, new Map());
      if (observation.type === 'records') {
        for (const record of observation.records) {
          current.set(record.key, record);
          staged.get(kind)?.set(record.key, record);
        }
      }
      if (observation.type === 'removed') for (const key of observation.keys) current.delete(key);
      if (observation.type === 'complete') {
        records.set(kind, staged.get(kind) ?? current);
        staged.delete(kind);
        complete.add(kind);
      }
    }
  })();
  ended.catch(() => undefined);
  return {
    cluster,
    get objects() {
      return new Map(Array.from(records, ([kind, all]) => [kind, byName(all.values())]));
    },
    gaps,
    complete,
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}

/** Slices are no nodes: they go by their key. */
export function byName(records: Iterable<ObservedRecord>): ReadonlyMap<string, ObservedRecord> {
  return new Map(
    Array.from(records, (record) => {
      const node = record.nodes[0];
      return [node === undefined ? record.key : [node.namespace, node.name].filter(Boolean).join('/'), record];
    }),
  );
}

/** Tries again until it no longer throws, for ten seconds at most. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  for (const limit = Date.now() + 10_000; ; await sleep(20)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > limit) throw error;
    }
  }
}
