import { nodeKind } from '../../model/kinds.ts';
import type { Scope } from '../../model/scope.ts';
import { allKinds } from '../field.ts';
import { claimPlace } from './layout.ts';
import type { Parameters } from './parameters.ts';

/** The conditions that keep a statement within a scope, for any variable. `mayReadClaim` is the rule they express. */
export interface ScopeCypher {
  /** The tenant, as a parameter. */
  readonly tenant: string;
  /** The node lives, for this scope. */
  alive(node: string): string;
  /** The relationship's partition is in scope; its ends are to be asked of `alive`. */
  edge(edge: string): string;
  /**
   * Of the same edge in several partitions it is the first in scope by cluster. An edge within one cluster is stated by
   * that one alone: a writer knows no other's nodes.
   */
  firstOfEdge(edge: string, from: string, to: string): string;
}

const openKinds = allKinds
  .filter((kind) => nodeKind(kind).visibleFromNamespaces)
  .map((kind) => `'${kind}'`)
  .join(', ');

export function scopeCypher(scope: Scope, { bind }: Parameters): ScopeCypher {
  const tenant = bind(scope.tenant);
  const firstAmong = (visible: (edge: string) => string) => (edge: string, from: string, to: string) =>
    `(coalesce(${from}.cluster = ${to}.cluster, false) OR NOT EXISTS { MATCH (${from})-[d]->(${to})
      WHERE d.id = ${edge}.id AND d.partition < ${edge}.partition AND ${visible('d')} })`;
  if (scope.clusters === 'all') {
    const alive = (node: string): string => `${node}.tenant = ${tenant} AND ${node}.deletedAt IS NULL`;
    return { tenant, alive, edge: () => 'true', firstOfEdge: firstAmong(() => 'true') };
  }

  const grants = Object.entries(scope.clusters);
  const limits = grants.flatMap(([cluster, grant]) => (grant === 'all' ? [] : [[cluster, grant] as const]));
  const whole = bind(grants.filter(([, grant]) => grant === 'all').map(([cluster]) => cluster));
  const limited = bind(limits.map(([cluster]) => cluster));
  const namespaces = bind(Object.fromEntries(limits));
  const places = bind(Object.fromEntries(limits.map(([cluster, grant]) => [cluster, grant.map(claimPlace)])));
  const visible = bind(grants.map(([cluster]) => cluster));

  const edge = (edge: string): string => `${edge}.partition IN ${visible}`;
  return {
    tenant,
    edge,
    firstOfEdge: grants.length === 1 ? () => 'true' : firstAmong(edge),
    alive: (n) => `${n}.tenant = ${tenant} AND CASE WHEN coalesce(${n}.cluster) IS NOT NULL
      THEN ${n}.deletedAt IS NULL AND (${n}.cluster IN ${whole} OR ${n}.namespace IN ${namespaces}[${n}.cluster]
        OR (${n}.namespace IS NULL AND ${n}.kind IN [${openKinds}] AND ${n}.cluster IN ${limited}))
      ELSE any(i IN range(0, coalesce(size(${n}.claimClusters), 0) - 1) WHERE ${n}.claimRemoved[i] = ''
        AND (${n}.claimClusters[i] IN ${whole} OR ${n}.claimNamespaces[i] IN ${places}[${n}.claimClusters[i]]
          OR (${n}.claimNamespaces[i] = '' AND ${n}.kind IN [${openKinds}] AND ${n}.claimClusters[i] IN ${limited}))) END`,
  };
}
