import type { GraphEdge, GraphNode } from '../../model/graph.ts';
import type { NodeKind } from '../../model/kinds.ts';
import type { Scope } from '../../model/scope.ts';
import { checkBatch, checkFacets, checkFilter, checkKinds, checkPage, maxFacets, tooManyFacets } from '../check.ts';
import { fieldOf, shownKinds } from '../field.ts';
import { byName, everything, type Filter, isSelective, type Page, type Scalar } from '../filter.ts';
import type { Facet, FindQuery } from '../port.ts';
import type { Database } from './database.ts';
import { comparedValue, fieldCypher, filterCypher } from './filter.ts';
import { edgeKindOf, type Stored, toEdge, toNode } from './layout.ts';
import { orderCypher } from './order.ts';
import { type Parameters, parameters } from './parameters.ts';
import { scopeCypher } from './scope.ts';

/** The reads over nodes and edges, one statement each. */
export function reads(database: Database) {
  /** The condition of find, count and facets on variable n, but for its kind, and the kinds they are asked of. */
  function matching(scope: Scope, kinds: readonly NodeKind[], filter: Filter, given: Parameters) {
    checkKinds(kinds);
    const asked = kinds.length === 0 ? shownKinds : [...new Set(kinds)];
    checkFilter(asked, filter);
    const within = scopeCypher(scope, given);
    const where = `${within.alive('n')} AND ${filterCypher(filter, asked, 'n', within, given)}`;
    const ofKinds = given.bind(asked);
    return { asked, ofKinds, where, match: `MATCH (n:Entity) WHERE n.kind IN ${ofKinds} AND ${where}` };
  }

  return {
    async nodes(scope: Scope, ids: readonly string[]): Promise<readonly (GraphNode | null)[]> {
      checkBatch(ids);
      const rows = await database.read<{ node: Stored }>(
        'MATCH (n:Entity) WHERE n.tenant = $tenant AND n.id IN $ids RETURN properties(n) AS node',
        { tenant: scope.tenant, ids: [...new Set(ids)] },
      );
      const found = new Map(rows.map(({ node }) => [node.id as string, toNode(node, scope)]));
      return ids.map((id) => found.get(id) ?? null);
    },

    async edges(scope: Scope, ids: readonly string[]): Promise<readonly (GraphEdge | null)[]> {
      checkBatch(ids);
      const byKind = Map.groupBy(new Set(ids), edgeKindOf);
      byKind.delete(null);
      if (byKind.size === 0) return ids.map(() => null);
      const given = parameters();
      const within = scopeCypher(scope, given);
      const parts = Array.from(
        byKind,
        ([kind, ids]) => `MATCH (a)-[e:${kind}]->(b) WHERE e.tenant = ${within.tenant} AND e.id IN ${given.bind(ids)}
          AND ${within.edge('e')} AND ${within.alive('a')} AND a.kind <> '' AND ${within.alive('b')} AND b.kind <> ''
          RETURN properties(e) AS edge, type(e) AS kind, a.id AS from, b.id AS to`,
      );
      type Row = { readonly edge: Stored; readonly kind: string; readonly from: string; readonly to: string };
      const rows = await database.read<Row>(parts.join(' UNION ALL '), given.values);
      // Of one edge in several partitions the first by cluster, which comes last here, stays.
      const partition = ({ edge }: Row): Buffer => Buffer.from(edge.partition as string);
      const sorted = rows.toSorted((a, b) => Buffer.compare(partition(b), partition(a)));
      const found = new Map(sorted.map(({ edge, kind, from, to }) => [edge.id, toEdge(edge, kind, from, to)]));
      return ids.map((id) => found.get(id) ?? null);
    },

    async find(
      scope: Scope,
      { kinds, filter = everything, order = byName, page }: FindQuery,
    ): Promise<Page<GraphNode>> {
      checkPage(page);
      const given = parameters();
      const { asked, ofKinds, where, match } = matching(scope, kinds, filter, given);
      const { index, walk, by, after, cursorOf } = orderCypher(order, asked, 'n', ['n'], page.after, given);
      const limit = `LIMIT ${given.bind(page.first + 1)}`;
      // The first of each kind in the order of an index, then the first of all; unless few match, and are found and sorted.
      const nodes =
        index === null || isSelective(filter)
          ? `${match} AND ${after}`
          : `UNWIND ${ofKinds} AS kind CALL (kind) { MATCH (n:Entity) USING INDEX ${index}
             WHERE n.kind = kind AND ${after} AND ${where} RETURN n ORDER BY ${walk} ${limit} }`;
      const rows = await database.read<{ node: Stored }>(
        `${nodes} WITH n ORDER BY ${by} ${limit} RETURN properties(n) AS node`,
        given.values,
      );
      const items = rows.slice(0, page.first).map(({ node }) => {
        const item = toNode(node, scope) as GraphNode;
        return { cursor: cursorOf(item, [item.id]), item };
      });
      return { items, hasNextPage: rows.length > page.first };
    },

    async count(scope: Scope, kinds: readonly NodeKind[], filter: Filter = everything): Promise<number> {
      const given = parameters();
      const { match } = matching(scope, kinds, filter, given);
      const rows = await database.read<{ total: number }>(`${match} RETURN count(*) AS total`, given.values);
      return rows[0]?.total ?? 0;
    },

    async facets(
      scope: Scope,
      kinds: readonly NodeKind[],
      filter: Filter | undefined,
      by: readonly string[],
    ): Promise<readonly Facet[]> {
      checkFacets(by);
      const given = parameters();
      const { asked, match } = matching(scope, kinds, filter ?? everything, given);
      const values = by.map((name, i) => {
        const field = fieldOf(asked, name);
        const value = fieldCypher(field, 'n');
        if (field.type !== 'strings') return `WITH *, ${value} AS f${i}`;
        return `UNWIND CASE WHEN size(${value}) > 0 THEN ${value} ELSE [null] END AS f${i}`;
      });
      const names = by.map((_, i) => `f${i}`);
      const rows = await database.read<{ readonly total: number; readonly found: readonly (Scalar | null)[] }>(
        `${match} ${values.join(' ')} WITH ${names.join(', ')}, count(*) AS total
         RETURN total, [${names.join(', ')}] AS found
         LIMIT ${given.bind(maxFacets + 1)}`,
        given.values,
      );
      if (rows.length > maxFacets) throw tooManyFacets();
      return rows.map(({ total, found }) => ({ values: found, count: total })).sort(compareFacets);
    },
  };
}

/** The most frequent first, then by their values. Here, since Cypher would compare texts by UTF-16 unit. */
function compareFacets(a: Facet, b: Facet): number {
  if (a.count !== b.count) return b.count - a.count;
  return a.values.reduce((order: number, value, i) => order || compareScalars(value, b.values[i] ?? null), 0);
}

/** Two values of one field; nulls last. */
function compareScalars(a: Scalar | null, b: Scalar | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return comparedValue(a) < comparedValue(b) ? -1 : 1;
}
