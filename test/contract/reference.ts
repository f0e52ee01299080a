import type { Delta, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { type NodeKind, nodeKind } from '../../graph/model/kinds.ts';
import { grantOn, mayReadClaim, type Scope } from '../../graph/model/scope.ts';
import { shownKinds } from '../../graph/store/field.ts';
import { everything, type Filter, type Order, type Scalar } from '../../graph/store/filter.ts';
import type { AdjacentQuery, Facet, FindQuery, Neighbour } from '../../graph/store/port.ts';

type Value = Scalar | readonly string[] | null;

/** A node as one partition stated it last, and when it ceased to. */
interface Claim {
  readonly cluster: string;
  readonly node: GraphNode;
  readonly deletedAt: string | null;
}

/** The meaning of the port's reads over one tenant, in the plainest TypeScript: every answer looks at everything. */
export interface Reference {
  apply(cluster: string, delta: Delta): void;
  node(scope: Scope, id: string): GraphNode | null;
  edge(scope: Scope, id: string): GraphEdge | null;
  /** All of them, without pages. */
  find(scope: Scope, query: Omit<FindQuery, 'page'>): readonly GraphNode[];
  facets(scope: Scope, kinds: readonly NodeKind[], filter: Filter | undefined, by: readonly string[]): readonly Facet[];
  adjacent(scope: Scope, id: string, query: Omit<AdjacentQuery, 'page'>): readonly Neighbour[];
  /** Everything alive in a partition, as it stated it. */
  contents(cluster: string): { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };
}

export function reference(): Reference {
  const claims = new Map<string, Claim[]>();
  const edges = new Map<string, { readonly cluster: string; readonly edge: GraphEdge }[]>();

  function apply(cluster: string, delta: Delta): void {
    for (const node of delta.nodes) {
      const others = (claims.get(node.id) ?? []).filter((claim) => claim.cluster !== cluster);
      claims.set(node.id, [...others, { cluster, node, deletedAt: null }]);
    }
    for (const id of delta.removedNodes) {
      const all = claims.get(id) ?? [];
      claims.set(
        id,
        all.map((claim) =>
          claim.cluster === cluster && claim.deletedAt === null ? { ...claim, deletedAt: delta.at } : claim,
        ),
      );
    }
    for (const edge of delta.edges) {
      const others = (edges.get(edge.id) ?? []).filter((other) => other.cluster !== cluster);
      edges.set(edge.id, [...others, { cluster, edge }]);
    }
    for (const id of delta.removedEdges) {
      edges.set(
        id,
        (edges.get(id) ?? []).filter((other) => other.cluster !== cluster),
      );
    }
  }

  function node(scope: Scope, id: string): GraphNode | null {
    const all = claims.get(id) ?? [];
    const visible = all.filter(({ cluster, node }) =>
      mayReadClaim(scope, node.kind, { cluster, namespace: node.namespace }),
    );
    const living = visible.filter(({ deletedAt }) => deletedAt === null);
    const seen = living.length > 0 ? living : visible;
    // Every claimant of a shared node states the same properties; only claims and places differ.
    const stated = seen.at(-1)?.node;
    if (stated === undefined) return null;
    return {
      ...stated,
      namespace: nodeKind(stated.kind).shared ? null : stated.namespace,
      claims: [...new Set(seen.flatMap(({ node }) => node.claims))].sort(),
      deletedAt:
        living.length > 0
          ? null
          : (seen
              .map(({ deletedAt }) => deletedAt)
              .sort()
              .at(-1) ?? null),
    };
  }

  function alive(scope: Scope): readonly GraphNode[] {
    return [...claims.keys()]
      .map((id) => node(scope, id))
      .filter((node) => node !== null && node.deletedAt === null) as GraphNode[];
  }

  function edge(scope: Scope, id: string): GraphEdge | null {
    const [first] = (edges.get(id) ?? [])
      .filter(({ cluster }) => grantOn(scope, cluster) !== undefined)
      .sort((a, b) => byCodePoint(a.cluster, b.cluster));
    if (first === undefined) return null;
    const ends = [first.edge.from, first.edge.to].map((end) => node(scope, end));
    return ends.every((end) => end !== null && end.deletedAt === null) ? first.edge : null;
  }

  function neighbours(scope: Scope, id: string, { relationships, direction, kinds = [] }: Omit<AdjacentQuery, 'page'>) {
    const wanted = kinds.length === 0 ? shownKinds : kinds;
    const found: Neighbour[] = [];
    for (const key of edges.keys()) {
      const seen = edge(scope, key);
      if (seen === null || (direction === 'out' ? seen.from : seen.to) !== id) continue;
      if (relationships.length > 0 && !relationships.includes(seen.kind)) continue;
      const other = node(scope, direction === 'out' ? seen.to : seen.from) as GraphNode;
      if (wanted.includes(other.kind)) found.push({ edge: seen, node: other });
    }
    return found;
  }

  function matches(scope: Scope, filter: Filter, node: GraphNode): boolean {
    if ('and' in filter) return filter.and.every((part) => matches(scope, part, node));
    if ('or' in filter) return filter.or.some((part) => matches(scope, part, node));
    if ('not' in filter) return !matches(scope, filter.not, node);
    if ('relationship' in filter) {
      const { relationship, direction, some, none } = filter;
      const near = neighbours(scope, node.id, { relationships: [relationship], direction });
      if (some && !near.some((other) => matches(scope, some, other.node))) return false;
      return !none || !near.some((other) => matches(scope, none, other.node));
    }
    const value = fieldValue(node, filter.field);
    if ('isNull' in filter) return (value === null) === filter.isNull;
    return entries(value).some((entry) => entry !== null && leaf(filter, entry));
  }

  function selected(scope: Scope, kinds: readonly NodeKind[], filter: Filter = everything): readonly GraphNode[] {
    const wanted = kinds.length === 0 ? shownKinds : kinds;
    return alive(scope).filter((node) => wanted.includes(node.kind) && matches(scope, filter, node));
  }

  return {
    apply,
    node,
    edge,
    find: (scope, { kinds, filter, order }) =>
      [...selected(scope, kinds, filter)].sort((a, b) => byOrder(order, a, b) || byCodePoint(a.id, b.id)),
    facets(scope, kinds, filter, by) {
      const counts = new Map<string, number>();
      for (const node of selected(scope, kinds, filter)) {
        const combinations = by.reduce<readonly (readonly (Scalar | null)[])[]>(
          (rows, field) => rows.flatMap((row) => entries(fieldValue(node, field)).map((entry) => [...row, entry])),
          [[]],
        );
        for (const values of combinations) {
          const key = JSON.stringify(values);
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
      return Array.from(counts, ([key, count]) => ({ values: JSON.parse(key) as Facet['values'], count }));
    },
    adjacent(scope, id, query) {
      const { filter = everything, order } = query;
      return neighbours(scope, id, query)
        .filter((near) => matches(scope, filter, near.node))
        .sort(
          (a, b) =>
            byOrder(order, a.node, b.node) || byCodePoint(a.node.id, b.node.id) || byCodePoint(a.edge.id, b.edge.id),
        );
    },
    contents: (cluster) => ({
      nodes: [...claims.values()]
        .flat()
        .filter((claim) => claim.cluster === cluster && claim.deletedAt === null)
        .map((claim) => claim.node),
      edges: [...edges.values()]
        .flat()
        .filter((claim) => claim.cluster === cluster)
        .map((claim) => claim.edge),
    }),
  };
}

function leaf(filter: Extract<Filter, { readonly field: string }>, value: Scalar): boolean {
  if ('in' in filter) return filter.in.includes(value);
  if ('contains' in filter) return typeof value === 'string' && value.includes(filter.contains);
  if (!('range' in filter)) return false;
  const { from, to } = filter.range;
  return (from === undefined || compare(value, from) >= 0) && (to === undefined || compare(value, to) <= 0);
}

function fieldValue(node: GraphNode, field: string): Value {
  if (['id', 'kind', 'ref', 'cluster', 'namespace', 'name'].includes(field)) {
    return node[field as 'id' | 'kind' | 'ref' | 'cluster' | 'namespace' | 'name'];
  }
  return (node.properties as Readonly<Record<string, Value>>)[field] ?? null;
}

/** The entries of a list, or the value alone; null where there is nothing. */
function entries(value: Value): readonly (Scalar | null)[] {
  if (!Array.isArray(value)) return [value as Scalar | null];
  return value.length === 0 ? [null] : (value as readonly string[]);
}

function byOrder(order: Order | undefined, a: GraphNode, b: GraphNode): number {
  const [left, right] = [a, b].map((node) => fieldValue(node, order?.field ?? 'ref')) as [Scalar | null, Scalar | null];
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return compare(left, right) * (order?.descending ? -1 : 1);
}

function compare(a: Scalar, b: Scalar): number {
  return typeof a === 'string' && typeof b === 'string' ? byCodePoint(a, b) : Number(a) - Number(b);
}

/** JavaScript's own order is by UTF-16 unit, which puts U+FFFF after the emoji. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
