import type { ClusterConfig } from '../../collectors/kubernetes/live/access.ts';
import type { LiveCluster } from '../../collectors/kubernetes/live/identify.ts';
import { backoff, pause } from '../../collectors/kubernetes/live/timing.ts';
import { tokenKeys } from '../../collectors/kubernetes/live/token-keys.ts';
import { clusterId } from '../../graph/model/id.ts';
import type { TokenCluster } from '../auth/node-token.ts';
import { collision, type Found, findCluster, reasonOf, type Target } from './find-clusters.ts';
import { type FollowOptions, type FollowState, followCluster } from './follow-cluster.ts';

export interface FleetOptions extends Omit<FollowOptions, 'onProgress'> {
  readonly podSecurityDefault: NonNullable<ClusterConfig['podSecurityDefault']>;
  /** Told of each cluster that is about to be read for the first time, and returns what is told of its progress. */
  readonly onCluster: (cluster: LiveCluster) => Progress;
  /** The first and the longest wait until a cluster that does not answer is looked for again. */
  readonly seekMs?: readonly [number, number];
}

export interface Progress {
  /** How many objects of a kind have been read. */
  count(kind: string, objects: number): void;
  /** Everything has been read, or is known not to be readable. */
  done(): void;
}

/** A cluster that is to be followed, and how it stands with it: `lost` while it has not been found, or is another's double. */
export interface Member {
  readonly name: string;
  readonly state: FollowState | 'lost';
}

/** Clusters that are followed side by side, each under its own lease, at its own pace. */
export interface Fleet {
  /** The ids of the clusters that have been found. */
  readonly followed: ReadonlySet<string>;
  readonly members: readonly Member[];
  /** Those that have been found, to be asked for the keys of their tokens. */
  readonly tokenClusters: readonly TokenCluster[];
  /** Resolves once each cluster that answered at first has been read. */
  readonly charted: Promise<void>;
  /** Resolves when the signal has ended it all. */
  readonly ended: Promise<void>;
}

/** Follows each cluster that was found, and goes on looking for those that did not answer, until the signal is aborted. */
export function followFleet(found: readonly Found[], options: FleetOptions, signal: AbortSignal): Fleet {
  const { logger, seekMs = [5_000, 60_000] } = options;
  const members = new Map<string, Found>();
  /** By the label of the target. */
  const states = new Map<string, () => Member>();

  function follow({ target, cluster }: Extract<Found, { cluster: LiveCluster }>) {
    const { podSecurityDefault } = options;
    const progress = options.onCluster(cluster);
    const config = { ...target.config, cluster, podSecurityDefault };
    const followed = followCluster(config, { ...options, onProgress: progress.count }, signal);
    members.set(followed.id, { target, cluster });
    states.set(target.label, () => ({ name: cluster.name, state: followed.state }));
    const charted = followed.charted.then(() => {
      if (!signal.aborted) progress.done();
    });
    return { charted, ended: followed.ended };
  }

  async function seek({ label, ...target }: Target): Promise<void> {
    states.set(label, () => ({ name: target.config.name ?? label, state: 'lost' }));
    let told = '';
    for (let attempts = 1; !signal.aborted; attempts += 1) {
      await pause(backoff(attempts, seekMs), signal);
      const sought = await findCluster({ label, ...target }, signal);
      if (signal.aborted) return;
      if ('cluster' in sought) {
        const other = members.get(clusterId(sought.cluster.key));
        const why = other === undefined ? null : collision(other, sought);
        if (why === null) {
          logger.info({ context: label, cluster: sought.cluster.name }, 'the cluster answers now');
          return follow(sought).ended;
        }
        logger.error({ context: label }, `${why}; it is not followed`);
        return;
      }
      const reason = reasonOf(sought.error);
      if (reason !== told) logger.warn({ context: label }, `the cluster does not answer: ${reason}; trying again`);
      told = reason;
    }
  }

  const followed = found.flatMap((each) => ('cluster' in each ? [follow(each)] : []));
  const sought = found.flatMap((each) => ('cluster' in each ? [] : [seek(each.target)]));
  return {
    get followed() {
      return new Set(members.keys());
    },
    get members() {
      return Array.from(states.values(), (stateOf) => stateOf());
    },
    get tokenClusters() {
      return Array.from(members).flatMap(([id, found]) =>
        'cluster' in found
          ? [{ id, name: found.cluster.name, keys: (signal: AbortSignal) => tokenKeys(found.target.config, signal) }]
          : [],
      );
    },
    charted: Promise.all(followed.map(({ charted }) => charted)).then(() => undefined),
    ended: Promise.all([...followed.map(({ ended }) => ended), ...sought]).then(() => undefined),
  };
}
