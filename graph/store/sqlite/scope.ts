import { nodeKind } from '../../model/kinds.ts';
import { grantOn, type Scope } from '../../model/scope.ts';
import { allKinds } from '../field.ts';
import type { Names } from './names.ts';
import type { Parameters } from './parameters.ts';

/** The conditions that keep a statement within a scope, for any alias of a table. `mayReadClaim` is the rule they express. */
export interface ScopeSql {
  /** The tenant's number, as a parameter. */
  readonly tenant: string;
  /** The node lives, for this scope. */
  alive(node: string): string;
  /** Whether a claim, or an unshared node, at this place is in scope. */
  place(partition: string, namespace: string, kind: string): string;
  /** The edge's partition is in scope; its ends are to be asked of `alive`. */
  edge(edge: string): string;
  /** Whether no more than one partition is in scope, which states an edge once. */
  readonly single: boolean;
}

const openKinds = allKinds
  .filter((kind) => nodeKind(kind).visibleFromNamespaces)
  .map((kind) => `'${kind}'`)
  .join(', ');

export function scopeSql(scope: Scope, names: Names, { bind, list }: Parameters): ScopeSql {
  const tenantKey = names.tenant(scope.tenant);
  const tenant = bind(tenantKey);
  const living = (node: string): string => `${node}.tenant = ${tenant} AND ${node}.deleted IS NULL`;
  const partitions = tenantKey === null ? [] : names.partitions(tenantKey);
  if (scope.clusters === 'all') {
    return { tenant, alive: living, place: () => 'TRUE', edge: () => 'TRUE', single: partitions.length <= 1 };
  }

  const whole: number[] = [];
  const limited: number[] = [];
  const places: (readonly [number, string])[] = [];
  for (const { key, cluster } of partitions) {
    const grant = grantOn(scope, cluster);
    if (grant === undefined) continue;
    if (grant === 'all') whole.push(key);
    else {
      limited.push(key);
      for (const namespace of grant) places.push([key, namespace]);
    }
  }
  const inWhole = list(whole);
  const inLimited = list(limited);
  const inPlaces = `(SELECT value ->> 0, value ->> 1 FROM json_each(${bind(JSON.stringify(places))}))`;

  const place = (partition: string, namespace: string, kind: string): string =>
    `(${partition} IN ${inWhole} OR (${partition}, ${namespace}) IN ${inPlaces}
      OR (${namespace} IS NULL AND ${kind} IN (${openKinds}) AND ${partition} IN ${inLimited}))`;
  return {
    tenant,
    place,
    single: whole.length + limited.length <= 1,
    alive: (node) =>
      `${living(node)} AND CASE WHEN ${node}.partition IS NOT NULL
        THEN ${place(`${node}.partition`, `${node}.namespace`, `${node}.kind`)}
        ELSE EXISTS (SELECT 1 FROM claims c WHERE c.node = ${node}.key AND c.deleted IS NULL
          AND ${place('c.partition', 'c.namespace', `${node}.kind`)}) END`,
    edge: (edge) => `(${edge}.partition IN ${inWhole} OR ${edge}.partition IN ${inLimited})`,
  };
}

/** Of the same edge in several partitions, which happens where it starts from a shared node, the first in scope by cluster. */
export function firstOfEdge(scope: ScopeSql, edge: string, from: string): string {
  if (scope.single) return 'TRUE';
  return `(${from}.partition IS NOT NULL OR NOT EXISTS (SELECT 1 FROM edges d JOIN partitions q ON q.key = d.partition
    WHERE d.id = ${edge}.id AND d.partition <> ${edge}.partition AND d.source = ${edge}.source AND ${scope.edge('d')}
    AND q.cluster < (SELECT cluster FROM partitions WHERE key = ${edge}.partition)))`;
}
