import type { GraphNode } from './graph.ts';
import { nodeKind } from './kinds.ts';

/** What a caller may see: always the first parameter of a read, so that an unscoped query does not compile. */
export interface Scope {
  readonly tenant: string;
  /** By cluster id; `all` for every cluster of the tenant. */
  readonly clusters: 'all' | Readonly<Record<string, ClusterGrant>>;
}

/** `all`, or the namespaces whose objects may be seen. Cluster-wide objects are then hidden, save the cluster itself. */
export type ClusterGrant = 'all' | readonly string[];

/** Everything of one tenant: for the writer, the command line, and callers without limits. */
export function wholeTenant(tenant: string): Scope {
  return { tenant, clusters: 'all' };
}

/** The grant a scope holds on a cluster; undefined when it holds none. */
export function grantOn(scope: Scope, cluster: string): ClusterGrant | undefined {
  if (scope.clusters === 'all') return 'all';
  return Object.hasOwn(scope.clusters, cluster) ? scope.clusters[cluster] : undefined;
}

/** A claim on a node by a cluster: where it lies, as far as seeing it is concerned. */
export interface ClaimPlace {
  readonly cluster: string;
  readonly namespace: string | null;
}

/** Whether a node of this kind with a claim at this place is within the scope. The one rule; stores express it in their own language. */
export function mayReadClaim(scope: Scope, kind: GraphNode['kind'], place: ClaimPlace): boolean {
  const grant = grantOn(scope, place.cluster);
  if (grant === undefined) return false;
  if (grant === 'all') return true;
  if (place.namespace === null) return nodeKind(kind).visibleFromNamespaces;
  return grant.includes(place.namespace);
}
