import type { Database } from 'better-sqlite3';
import type { GraphEdge, GraphNode } from '../../model/graph.ts';
import type { NodeKind } from '../../model/kinds.ts';
import type { Scope } from '../../model/scope.ts';
import { checkBatch, checkFacets, checkFilter, checkKinds, checkPage, maxFacets, tooManyFacets } from '../check.ts';
import { fieldOf, shownKinds } from '../field.ts';
import { byName, everything, type Filter, isSelective, type Page, type Scalar } from '../filter.ts';
import type { Facet, FindQuery } from '../port.ts';
import { fieldSql, filterSql, kindsSql } from './filter.ts';
import type { Names } from './names.ts';
import { type OrderSql, orderSql } from './order.ts';
import { type Parameters, parameters } from './parameters.ts';
import { type EdgeRow, edgeColumns, type NodeRow, nodeColumns, nodeWidth, toEdge, toNode } from './rows.ts';
import { firstOfEdge, type ScopeSql, scopeSql } from './scope.ts';
import { selector } from './statements.ts';

/** The reads over nodes, as the reader's thread answers them. */
export function reads(db: Database, names: Names) {
  const select = selector(db);

  /** The condition of find, count and facets on alias n, and what it was asked of. */
  function matching(scope: ScopeSql, kinds: readonly NodeKind[], filter: Filter, parameters: Parameters) {
    checkKinds(kinds);
    const asked = kinds.length === 0 ? shownKinds : [...new Set(kinds)];
    checkFilter(asked, filter);
    const where = `${scope.alive('n')} AND ${filterSql(filter, asked, 'n', scope, parameters)}`;
    return { asked, where };
  }

  /** The first of a list of nodes: the first of each kind by its index, merged. */
  function firstOf(asked: readonly NodeKind[], where: string, order: OrderSql, limit: string): string {
    const one = (kind: NodeKind): string =>
      `SELECT * FROM (SELECT n.key, ${order.value} AS value, n.id AS id FROM nodes n
       WHERE ${kindsSql([kind], 'n')} AND ${where} AND ${order.after} ORDER BY ${order.by} LIMIT ${limit})`;
    return asked.map(one).join(' UNION ALL ');
  }

  return {
    nodes(scope: Scope, ids: readonly string[]): readonly (GraphNode | null)[] {
      checkBatch(ids);
      const given = parameters();
      const within = scopeSql(scope, names, given);
      const rows = select<NodeRow>(
        `SELECT ${nodeColumns('n', within)} FROM nodes n WHERE n.tenant = ${within.tenant} AND n.id IN ${given.list(ids)}
         AND n.kind <> '' AND (n.partition IS NULL OR ${within.place('n.partition', 'n.namespace', 'n.kind')})`,
        given,
      );
      const found = new Map(rows.map((row) => [row[0], toNode(row, names)]));
      return ids.map((id) => found.get(id) ?? null);
    },

    edges(scope: Scope, ids: readonly string[]): readonly (GraphEdge | null)[] {
      checkBatch(ids);
      const given = parameters();
      const within = scopeSql(scope, names, given);
      const rows = select<EdgeRow>(
        `SELECT ${edgeColumns('e', 'a', 'b')} FROM edges e JOIN nodes a ON a.key = e.source JOIN nodes b ON b.key = e.target
         WHERE e.id IN ${given.list(ids)} AND ${within.edge('e')} AND ${within.alive('a')} AND ${within.alive('b')}
         AND ${firstOfEdge(within, 'e', 'a')}`,
        given,
      );
      const found = new Map(rows.map((row) => [row[0], toEdge(row, names)]));
      return ids.map((id) => found.get(id) ?? null);
    },

    find(scope: Scope, { kinds, filter = everything, order = byName, page }: FindQuery): Page<GraphNode> {
      checkPage(page);
      const given = parameters();
      const within = scopeSql(scope, names, given);
      const { asked, where } = matching(within, kinds, filter, given);
      const sql = orderSql(order, asked, 'n', ['n.id'], page.after, given, isSelective(filter));
      const limit = given.bind(page.first + 1);
      const rows = select<[...NodeRow, Scalar | null]>(
        `SELECT ${nodeColumns('n', within)}, first.value FROM (${firstOf(asked, where, sql, limit)}) first
         CROSS JOIN nodes n ON n.key = first.key
         ORDER BY first.value ${sql.direction} NULLS LAST, first.id LIMIT ${limit}`,
        given,
      );
      const items = rows.slice(0, page.first).map((row) => ({
        cursor: sql.cursorOf(row[nodeWidth] as Scalar | null, [row[0]]),
        item: toNode(row as unknown as NodeRow, names) as GraphNode,
      }));
      return { items, hasNextPage: rows.length > page.first };
    },

    count(scope: Scope, kinds: readonly NodeKind[], filter: Filter = everything): number {
      const given = parameters();
      const { asked, where } = matching(scopeSql(scope, names, given), kinds, filter, given);
      const sql = `SELECT count(*) FROM nodes n WHERE ${kindsSql(asked, 'n')} AND ${where}`;
      return (select<[number]>(sql, given)[0] as [number])[0];
    },

    facets(
      scope: Scope,
      kinds: readonly NodeKind[],
      filter: Filter | undefined,
      by: readonly string[],
    ): readonly Facet[] {
      checkFacets(by);
      const given = parameters();
      const { asked, where } = matching(scopeSql(scope, names, given), kinds, filter ?? everything, given);
      const fields = by.map((name) => fieldOf(asked, name));
      const lists = fields.map(({ name, type }, i) =>
        type === 'strings' ? `LEFT JOIN json_each(n.properties, '$.${name}') f${i}` : '',
      );
      const values = fields.map((field, i) => (field.type === 'strings' ? `f${i}.value` : fieldSql(field, 'n')));
      const rows = select<[number, ...Scalar[]]>(
        `SELECT count(*) AS total, ${values.join(', ')} FROM nodes n ${lists.join(' ')} WHERE ${kindsSql(asked, 'n')} AND ${where}
         GROUP BY ${values.join(', ')} ORDER BY total DESC, ${values.map((value) => `${value} NULLS LAST`).join(', ')}
         LIMIT ${maxFacets + 1}`,
        given,
      );
      if (rows.length > maxFacets) throw tooManyFacets();
      return rows.map(([count, ...found]) => ({
        values: found.map((value, i) => (fields[i]?.type === 'boolean' && value !== null ? value === 1 : value)),
        count,
      }));
    },
  };
}
