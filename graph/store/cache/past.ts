import type { VersionVector } from '../../model/graph.ts';
import { StoreError } from '../errors.ts';
import type { GraphStore } from '../port.ts';
import { touches } from './touches.ts';
import type { Way } from './ways.ts';

/** The commits of a tenant, as far as they have been followed. */
export interface Past {
  /** Resolves once everything up to this version has been followed. */
  reach(version: VersionVector): Promise<void>;
  /** How many commits have been followed. */
  count(): number;
  /** Whether a commit after the first `count` may have touched one of these keys. */
  touched(keys: ReadonlySet<number>, count: number): boolean;
}

/** How many keys are remembered: some minutes of ten small commits a second. */
const mostKeys = 10_000;
/** Who is further behind than so many commits begins anew. */
const mostBehind = 100;
/** How long commits are waited for that the store says it has, in milliseconds. */
const patienceMs = 10_000;

/**
 * Follows only when asked to: where nobody asks, nothing is read. `ways` are those that keys are compared for; when there
 * are others by the time a commit's keys are known, all may have been touched.
 */
export function past(store: GraphStore, tenant: string, ways: () => readonly Way[]): Past {
  let reached: VersionVector | null = null;
  let count = 0;
  /** The keys of the last commits. */
  let remembered: (readonly number[])[] = [];
  let size = 0;
  let following: Promise<void> | null = null;

  function remember(keys: readonly number[] | null): void {
    count++;
    if (keys === null) {
      remembered = [];
      size = 0;
      return;
    }
    remembered.push(keys);
    size += keys.length;
    while (size > mostKeys) size -= remembered.shift()?.length ?? 0;
  }

  function beginAnew(version: VersionVector): void {
    reached = version;
    remember(null);
  }

  async function follow(version: VersionVector): Promise<void> {
    if (reached === null || distance(reached, version) > mostBehind) return beginAnew(version);
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(patienceMs)]);
    try {
      for await (const commit of store.changes(tenant, reached, signal)) {
        const known = ways();
        const keys = await touches(store, commit, known);
        remember(known === ways() ? keys : null);
        reached = { ...reached, [commit.partition.cluster]: commit.version };
        if (distance(reached, version) === 0) return;
      }
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'VERSION_EXPIRED')) throw error;
    } finally {
      ended.abort(null);
    }
    beginAnew(version);
  }

  return {
    async reach(version) {
      while (reached === null || distance(reached, version) > 0) {
        following ??= follow(version).finally(() => {
          following = null;
        });
        await following;
      }
    },
    count: () => count,
    touched(keys, from) {
      const since = count - from;
      return (
        since > remembered.length ||
        remembered.slice(remembered.length - since).some((commit) => commit.some((key) => keys.has(key)))
      );
    },
  };
}

/** How many commits lead from one version to the other. */
function distance(from: VersionVector, to: VersionVector): number {
  return Object.entries(to).reduce((sum, [cluster, version]) => sum + Math.max(0, version - (from[cluster] ?? 0)), 0);
}
