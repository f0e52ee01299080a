import type { AttackFacts, EdgeProperties, GraphEdge, GraphNode } from '../../model/graph.ts';
import type { NodeKind, NodeProperties } from '../../model/kinds.ts';
import type { Names } from './names.ts';
import type { ScopeSql } from './scope.ts';

/** A node as `nodeColumns` selects it. `shared` lists [claims, deleted] of each claim in scope; null for an unshared node. */
export type NodeRow = readonly [
  id: string,
  kind: NodeKind,
  ref: string,
  partition: number | null,
  namespace: string | null,
  name: string,
  properties: string,
  claims: number | null,
  deleted: string | null,
  shared: string | null,
];

export const nodeWidth = 10;

export function nodeColumns(node: string, scope: ScopeSql): string {
  const columns = ['id', 'kind', 'ref', 'partition', 'namespace', 'name', 'properties', 'claims', 'deleted'];
  return `${columns.map((column) => `${node}.${column}`).join(', ')}, CASE WHEN ${node}.partition IS NULL THEN (
    SELECT json_group_array(json_array(c.claims, c.deleted)) FROM claims c
    WHERE c.node = ${node}.key AND ${scope.place('c.partition', 'c.namespace', `${node}.kind`)}) END`;
}

/** Null for a shared node that no claim brings into scope. */
export function toNode(row: NodeRow, names: Names): GraphNode | null {
  const [id, kind, ref, partition, namespace, name, properties, claims, deleted, shared] = row;
  const seen =
    shared === null ? { claims: names.claims(claims as number), deletedAt: deleted } : ofClaims(shared, names);
  if (seen === null) return null;
  return {
    id,
    kind,
    ref,
    cluster: partition === null ? null : names.cluster(partition),
    namespace,
    name,
    properties: JSON.parse(properties) as NodeProperties,
    ...seen,
  };
}

/** A shared node lives while a claim in scope does; what is dead is told only of one that does not. */
function ofClaims(shared: string, names: Names): Pick<GraphNode, 'claims' | 'deletedAt'> | null {
  const all = JSON.parse(shared) as readonly (readonly [number, string | null])[];
  const living = all.filter(([, deleted]) => deleted === null);
  const seen = living.length > 0 ? living : all;
  if (seen.length === 0) return null;
  const claims = [...new Set(seen.flatMap(([word]) => names.claims(word)))].sort();
  const deletedAt =
    living.length > 0
      ? null
      : (all
          .map(([, deleted]) => deleted)
          .sort()
          .at(-1) as string);
  return { claims, deletedAt };
}

/** An edge as `edgeColumns` selects it. */
export type EdgeRow = readonly [
  id: string,
  kind: number,
  from: string,
  to: string,
  attack: string | null,
  properties: string | null,
  claims: number,
];

export const edgeWidth = 7;

/** `from` and `to` are aliases of the nodes at its ends. */
export function edgeColumns(edge: string, from: string, to: string): string {
  return `${edge}.id, ${edge}.kind, ${from}.id, ${to}.id, ${edge}.attack, ${edge}.properties, ${edge}.claims`;
}

export function toEdge([id, kind, from, to, attack, properties, claims]: EdgeRow, names: Names): GraphEdge {
  return {
    id,
    kind: names.word(kind),
    from,
    to,
    attack: attack === null ? null : (JSON.parse(attack) as AttackFacts),
    properties: properties === null ? {} : (JSON.parse(properties) as EdgeProperties),
    claims: names.claims(claims),
  };
}
