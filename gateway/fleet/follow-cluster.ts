import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { merge } from '../../collectors/kubernetes/live/merge.ts';
import { type WatchConfig, watchCluster, watchedKinds } from '../../collectors/kubernetes/live/watch-cluster.ts';
import { edges as definitions } from '../../graph/edges/index.ts';
import { clusterId } from '../../graph/model/id.ts';
import type { AlertRecords } from '../../graph/records/alerts/port.ts';
import type { Records } from '../../graph/records/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { PartitionWriter } from '../../graph/writer/writer.ts';
import { holdLease } from './hold-lease.ts';
import { holder } from './holder.ts';
import { pump } from './pump.ts';
import { watchToldGaps } from './watch-told-gaps.ts';

export interface FollowOptions {
  readonly store: GraphStore;
  readonly records: Records;
  readonly alerts: Pick<AlertRecords, 'senders'>;
  readonly tenant: string;
  readonly logger: Logger;
  /** Told how many objects of a kind have been read, while the cluster is read for the first time. */
  readonly onProgress?: (kind: string, objects: number) => void;
}

/** How it stands with a cluster: its lease is awaited, it is read for the first time, followed, or does not answer. */
export type FollowState = 'waiting' | 'charting' | 'following' | 'unreachable';

/** A cluster that is being followed. */
export interface FollowedCluster {
  readonly id: string;
  readonly state: FollowState;
  /** Resolves once every kind has been read, or is known not to be readable, or another process has seen to it. */
  readonly charted: Promise<void>;
  /** Resolves when the signal has ended it. */
  readonly ended: Promise<void>;
}

const pauseAfterTroubleMs = 5_000;
/** Who holds a lease for longer is no leftover of a process that died: it charts the cluster, and we stand by. */
const standByMs = 15_000;

/** Charts a live cluster and follows it until the signal is aborted; trouble with the store or the lease is got over. */
export function followCluster(config: WatchConfig, options: FollowOptions, signal: AbortSignal): FollowedCluster {
  const { store, records, alerts, tenant, logger, onProgress } = options;
  const { key, name } = config.cluster;
  const partition = { tenant, cluster: clusterId(key) };
  const charted = Promise.withResolvers<void>();
  let state: FollowState = 'waiting';

  const onWait = (): void => {
    logger.warn(
      { cluster: name },
      'another process follows this cluster, or did until a moment ago; waiting for its lease to end',
    );
    setTimeout(charted.resolve, standByMs).unref();
  };
  const chart = (): Promise<void> =>
    holdLease(records, partition, holder, signal, onWait, async (lease, held) => {
      const expects = watchedKinds.map((kind) => ({ source: 'kubernetes', kind }));
      const writer = await PartitionWriter.open({ store, lease, clusterName: name, definitions, expects });
      const settled = new Set<string>();
      const counts = new Map<string, number>();
      state = 'charting';
      const stop = new AbortController();
      if (held.aborted) stop.abort();
      held.addEventListener('abort', () => stop.abort(), { once: true });
      const told = watchToldGaps({ store, alerts, records }, partition, logger, stop.signal);
      await pump(
        merge([watchCluster(config, stop.signal), told], stop),
        writer,
        (observation) => {
          const { source, kind } = observation.extent;
          if (source !== 'kubernetes') return;
          if (observation.type === 'problem')
            logger.warn({ cluster: name, place: observation.place }, observation.message);
          if (observation.type === 'unreadable')
            logger.warn({ cluster: name, kind, reason: observation.reason }, observation.message);
          if (observation.type === 'records' && settled.size < watchedKinds.length) {
            counts.set(kind, (counts.get(kind) ?? 0) + observation.records.length);
            onProgress?.(kind, counts.get(kind) ?? 0);
          }
          if (observation.type === 'complete' || observation.type === 'unreadable') settled.add(kind);
          // Every cluster serves namespaces: they stand for the API server as a whole.
          if (kind === 'Namespace' && observation.type === 'unreadable' && observation.reason === 'UNREACHABLE')
            state = 'unreachable';
          else if (kind === 'Namespace' || state === 'charting')
            state = settled.size === watchedKinds.length ? 'following' : 'charting';
        },
        (commit) => {
          if (commit) logger.debug({ cluster: name, ...commit }, 'committed');
          if (settled.size === watchedKinds.length) charted.resolve();
        },
      );
      if (!signal.aborted && held.aborted) throw held.reason;
    });

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      state = 'waiting';
      try {
        await chart();
      } catch (error) {
        if (signal.aborted) break;
        logger.error({ err: error, cluster: name }, 'following the cluster failed; trying again');
        await sleep(pauseAfterTroubleMs, undefined, { signal }).catch(() => undefined);
      }
    }
    charted.resolve();
  }
  const ended = follow();
  return {
    id: partition.cluster,
    charted: charted.promise,
    ended,
    get state() {
      return state;
    },
  };
}
