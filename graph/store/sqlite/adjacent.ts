import type { Database } from 'better-sqlite3';
import type { Scope } from '../../model/scope.ts';
import { checkBatch, checkNeighbours, checkPage } from '../check.ts';
import { byName, everything, type Page, type Scalar } from '../filter.ts';
import type { AdjacentQuery, Neighbour } from '../port.ts';
import { filterSql, kindsSql } from './filter.ts';
import type { Names } from './names.ts';
import { orderSql } from './order.ts';
import { type Parameters, parameters } from './parameters.ts';
import { type EdgeRow, edgeColumns, edgeWidth, type NodeRow, nodeColumns, nodeWidth, toEdge, toNode } from './rows.ts';
import { firstOfEdge, type ScopeSql, scopeSql } from './scope.ts';
import { selector } from './statements.ts';

type Asked = Omit<AdjacentQuery, 'page' | 'order'>;

/** The reads over the neighbours of a batch of nodes: s is the node asked about, e an edge of it, n the neighbour. */
export function adjacency(db: Database, names: Names) {
  const select = selector(db);

  function neighbours(
    { relationships, direction, kinds = [], filter = everything }: Asked,
    ids: string,
    scope: ScopeSql,
    given: Parameters,
  ) {
    const { wanted, known } = checkNeighbours(relationships, direction, kinds, filter);
    const [here, there] = direction === 'out' ? ['source', 'target'] : ['target', 'source'];
    const ofKind =
      relationships.length === 0
        ? ''
        : `AND e.kind IN (SELECT key FROM words WHERE text IN ${given.list(relationships)})`;
    return {
      known,
      sql: `FROM json_each(${ids}) batch
        CROSS JOIN nodes s ON s.id = batch.value AND ${scope.alive('s')}
        CROSS JOIN edges e ON e.${here} = s.key ${ofKind}
        CROSS JOIN nodes n ON n.key = e.${there}
        WHERE ${kindsSql(wanted, 'n')} AND ${scope.edge('e')} AND ${scope.alive('n')} AND ${firstOfEdge(scope, 'e', direction === 'out' ? 's' : 'n')}
        AND ${filterSql(filter, known, 'n', scope, given)}`,
    };
  }

  return {
    adjacent(scope: Scope, ids: readonly string[], query: AdjacentQuery): readonly Page<Neighbour>[] {
      checkBatch(ids);
      checkPage(query.page);
      const { order = byName, page } = query;
      const given = parameters();
      const within = scopeSql(scope, names, given);
      const { known, sql } = neighbours(query, given.bind(JSON.stringify(ids)), within, given);
      const ordered = orderSql(order, known, 'n', ['n.id', 'e.id'], page.after, given);
      const [from, to] = query.direction === 'out' ? (['s', 'n'] as const) : (['n', 's'] as const);
      const rows = select<[number, Scalar | null, ...EdgeRow, ...NodeRow]>(
        `SELECT p.ordinal, p.value, ${edgeColumns('e', from, to)}, ${nodeColumns('n', within)} FROM (
          SELECT batch.key AS ordinal, ${ordered.value} AS value, s.key AS s, e.key AS e, n.key AS n,
            row_number() OVER (PARTITION BY batch.key ORDER BY ${ordered.by}) AS place
          ${sql} AND ${ordered.after}
        ) p CROSS JOIN edges e ON e.key = p.e CROSS JOIN nodes s ON s.key = p.s CROSS JOIN nodes n ON n.key = p.n
        WHERE p.place <= ${given.bind(page.first + 1)} ORDER BY p.ordinal, p.place`,
        given,
      );
      const found = ids.map(() => [] as { cursor: string; item: Neighbour }[]);
      for (const [ordinal, value, ...columns] of rows) {
        const edge = toEdge(columns.slice(0, edgeWidth) as unknown as EdgeRow, names);
        const node = toNode(columns.slice(edgeWidth, edgeWidth + nodeWidth) as unknown as NodeRow, names);
        if (node === null) continue;
        const cursor = ordered.cursorOf(value, [node.id, edge.id]);
        found[ordinal]?.push({ cursor, item: { edge, node } });
      }
      return found.map((items) => ({ items: items.slice(0, page.first), hasNextPage: items.length > page.first }));
    },

    countAdjacent(scope: Scope, ids: readonly string[], query: Asked): readonly number[] {
      checkBatch(ids);
      const given = parameters();
      const within = scopeSql(scope, names, given);
      const { sql } = neighbours(query, given.bind(JSON.stringify(ids)), within, given);
      const rows = select<[number, number]>(`SELECT batch.key, count(*) ${sql} GROUP BY batch.key`, given);
      const counts = new Map(rows);
      return ids.map((_, ordinal) => counts.get(ordinal) ?? 0);
    },
  };
}
