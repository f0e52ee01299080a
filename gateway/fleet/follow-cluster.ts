import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type WatchConfig, watchCluster, watchedKinds } from '../../collectors/kubernetes/live/watch-cluster.ts';
import { edges as definitions } from '../../graph/edges/index.ts';
import { clusterId } from '../../graph/model/id.ts';
import type { Records } from '../../graph/records/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { PartitionWriter } from '../../graph/writer/writer.ts';
import { holdLease } from './hold-lease.ts';
import { holder } from './holder.ts';
import { pump } from './pump.ts';

export interface FollowOptions {
  readonly store: GraphStore;
  readonly records: Records;
  readonly tenant: string;
  readonly logger: Logger;
  /** Told how many objects of a kind have been read, while the cluster is read for the first time. */
  readonly onProgress?: (kind: string, objects: number) => void;
}

/** A cluster that is being followed. */
export interface FollowedCluster {
  readonly id: string;
  /** Resolves once every kind has been read, or is known not to be readable. */
  readonly charted: Promise<void>;
  /** Resolves when the signal has ended it. */
  readonly ended: Promise<void>;
}

const pauseAfterTroubleMs = 5_000;

/** Charts a live cluster and follows it until the signal is aborted; trouble with the store or the lease is got over. */
export function followCluster(config: WatchConfig, options: FollowOptions, signal: AbortSignal): FollowedCluster {
  const { store, records, tenant, logger, onProgress } = options;
  const { key, name } = config.cluster;
  const partition = { tenant, cluster: clusterId(key) };
  const charted = Promise.withResolvers<void>();
  const counts = new Map<string, number>();

  const onWait = (): void =>
    logger.warn(
      { cluster: name },
      'another process follows this cluster, or did until a moment ago; waiting for its lease to end',
    );
  const chart = (): Promise<void> =>
    holdLease(records, partition, holder, signal, onWait, async (lease, held) => {
      const expects = watchedKinds.map((kind) => ({ source: 'kubernetes', kind }));
      const writer = await PartitionWriter.open({ store, lease, clusterName: name, definitions, expects });
      const settled = new Set<string>();
      await pump(
        watchCluster(config, held),
        writer,
        (observation) => {
          const { kind } = observation.extent;
          if (observation.type === 'problem')
            logger.warn({ cluster: name, place: observation.place }, observation.message);
          if (observation.type === 'unreadable')
            logger.warn({ cluster: name, kind, reason: observation.reason }, observation.message);
          if (observation.type === 'records' && settled.size < watchedKinds.length) {
            counts.set(kind, (counts.get(kind) ?? 0) + observation.records.length);
            onProgress?.(kind, counts.get(kind) ?? 0);
          }
          if (observation.type === 'complete' || observation.type === 'unreadable') settled.add(kind);
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
  return { id: partition.cluster, charted: charted.promise, ended: follow() };
}
