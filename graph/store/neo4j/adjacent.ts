import type { GraphNode } from '../../model/graph.ts';
import type { Scope } from '../../model/scope.ts';
import { checkBatch, checkNeighbours, checkPage } from '../check.ts';
import { byName, everything, type Page } from '../filter.ts';
import type { AdjacentQuery, Neighbour } from '../port.ts';
import type { Database } from './database.ts';
import { filterCypher } from './filter.ts';
import { type Stored, toEdge, toNode } from './layout.ts';
import { orderCypher } from './order.ts';
import { type Parameters, parameters } from './parameters.ts';
import { scopeCypher } from './scope.ts';

type Asked = Omit<AdjacentQuery, 'page' | 'order'>;

/** The reads over the neighbours of a batch of nodes: s is the node asked about, e an edge of it, n the neighbour. */
export function adjacency(database: Database) {
  function neighbours(
    { relationships, direction, kinds = [], filter = everything }: Asked,
    scope: Scope,
    ids: readonly string[],
    given: Parameters,
  ) {
    const { wanted, known } = checkNeighbours(relationships, direction, kinds, filter);
    const within = scopeCypher(scope, given);
    const batch = given.bind(ids);
    const [left, right, from, to] = direction === 'out' ? ['-', '->', 's', 'n'] : ['<-', '-', 'n', 's'];
    const types = relationships.length === 0 ? '' : `:${[...new Set(relationships)].join('|')}`;
    return {
      known,
      start: `UNWIND range(0, size(${batch}) - 1) AS ordinal
        MATCH (s:Entity {tenant: ${within.tenant}, id: ${batch}[ordinal]}) WHERE s.kind <> '' AND ${within.alive('s')}`,
      match: `MATCH (s)${left}[e${types}]${right}(n)
        WHERE n.kind IN ${given.bind(wanted)} AND ${within.edge('e')} AND ${within.alive('n')} AND ${within.firstOfEdge('e', from as string, to as string)}
        AND ${filterCypher(filter, known, 'n', within, given)}`,
    };
  }

  return {
    async adjacent(scope: Scope, ids: readonly string[], query: AdjacentQuery): Promise<readonly Page<Neighbour>[]> {
      checkBatch(ids);
      checkPage(query.page);
      const { order = byName, page, direction } = query;
      const given = parameters();
      const { known, start, match } = neighbours(query, scope, ids, given);
      const { by, after, cursorOf } = orderCypher(order, known, 'n', ['n', 'e'], page.after, given);
      type Row = { readonly ordinal: number; readonly found: readonly (readonly [Stored, string, Stored])[] };
      const rows = await database.read<Row>(
        `${start} CALL (s) {
          ${match} AND ${after} WITH e, n ORDER BY ${by} LIMIT ${given.bind(page.first + 1)}
          RETURN collect([properties(e), type(e), properties(n)]) AS found
        } RETURN ordinal, found`,
        given.values,
      );
      const pages: Page<Neighbour>[] = ids.map(() => ({ items: [], hasNextPage: false }));
      for (const { ordinal, found } of rows) {
        const here = ids[ordinal] as string;
        const items = found.slice(0, page.first).map(([stored, kind, neighbour]) => {
          const node = toNode(neighbour, scope) as GraphNode;
          const [from, to] = direction === 'out' ? [here, node.id] : [node.id, here];
          const edge = toEdge(stored, kind, from, to);
          return { cursor: cursorOf(node, [node.id, edge.id]), item: { edge, node } };
        });
        pages[ordinal] = { items, hasNextPage: found.length > page.first };
      }
      return pages;
    },

    async countAdjacent(scope: Scope, ids: readonly string[], query: Asked): Promise<readonly number[]> {
      checkBatch(ids);
      const given = parameters();
      const { start, match } = neighbours(query, scope, ids, given);
      const rows = await database.read<{ readonly ordinal: number; readonly total: number }>(
        `${start} ${match} RETURN ordinal, count(*) AS total`,
        given.values,
      );
      const counts = new Map(rows.map(({ ordinal, total }) => [ordinal, total]));
      return ids.map((_, ordinal) => counts.get(ordinal) ?? 0);
    },
  };
}
