import type { ClusterConfig } from '../../collectors/kubernetes/live/access.ts';
import { identifyCluster, type LiveCluster } from '../../collectors/kubernetes/live/identify.ts';

/** A cluster that we are to find. */
export interface Target {
  readonly config: ClusterConfig;
  /** What to call the target while nothing is known but the configuration: its context. */
  readonly label: string;
}

/** A target that answered, or why it did not. */
export type Found =
  | { readonly target: Target; readonly cluster: LiveCluster }
  | { readonly target: Target; readonly error: unknown };

/** How long a cluster may take to say which it is. */
const identifyMs = 5_000;

/** Asks every target at once which cluster it is. Never rejects. */
export function findClusters(targets: readonly Target[], signal: AbortSignal): Promise<readonly Found[]> {
  return Promise.all(targets.map((target) => findCluster(target, signal)));
}

export async function findCluster(target: Target, signal: AbortSignal): Promise<Found> {
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(identifyMs)]);
    return { target, cluster: await identifyCluster(target.config, until) };
  } catch (error) {
    return { target, error };
  }
}

/** Why two targets cannot both be followed; null where they can. */
export function collision(one: Found, other: Found): string | null {
  if (!('cluster' in one && 'cluster' in other) || one.cluster.key !== other.cluster.key) return null;
  const how =
    one.cluster.key === one.cluster.name
      ? `both are named ${one.cluster.name}, and neither lets us read its namespace kube-system, by whose UID clusters are told apart`
      : `the namespace kube-system of both has the UID ${one.cluster.key}`;
  return `${one.target.label} and ${other.target.label} lead to the same cluster (${how}): name only one of them`;
}

/** Why a cluster does not answer, in words. */
export function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return `no answer within ${identifyMs / 1000} s`;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
