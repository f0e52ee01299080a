import { type NodeKind, nodeKind } from '../../model/kinds.ts';
import type { Scope } from '../../model/scope.ts';
import { checkBatch, checkNeighbours, checkPage, checkShape } from '../check.ts';
import { byName, everything } from '../filter.ts';
import type { AdjacentQuery, CountQuery, Found, NodeView, Shape, Tree } from '../port.ts';
import type { Database } from './database.ts';
import { filterCypher } from './filter.ts';
import { type Stored, storedName, toNode } from './layout.ts';
import { idOf, orderCypher } from './order.ts';
import { type Parameters, parameters } from './parameters.ts';
import { type ScopeCypher, scopeCypher } from './scope.ts';

/** An expression over a node, and how its value is read. */
interface Compiled {
  readonly cypher: string;
  /** What hangs from a tombstone. */
  readonly nothing: Found;
  read(value: unknown): Found;
}

/** Reads nodes with all that hangs from them in one statement: each branch is a subquery of the branch above. */
export function trees(database: Database) {
  return async (scope: Scope, ids: readonly string[], shape: Shape): Promise<readonly (Tree | null)[]> => {
    checkBatch(ids);
    checkShape(shape);
    const given = parameters();
    const within = scopeCypher(scope, given);
    const batch = given.bind([...new Set(ids)]);
    const branches = compiler(scope, within, given)(shape, 's');
    const rows = await database.read<{ readonly node: Stored; readonly found: readonly unknown[] }>(
      `MATCH (s:Entity) WHERE s.tenant = ${within.tenant} AND s.id IN ${batch}
       RETURN properties(s) AS node, [${branches.map(({ cypher }) => cypher).join(', ')}] AS found`,
      given.values,
    );
    const trees = new Map<string, Tree | null>();
    for (const { node: stored, found } of rows) {
      const node = toNode(stored, scope);
      const alive = node?.deletedAt === null;
      const read = ({ read, nothing }: Compiled, i: number) => (alive ? read(found[i]) : nothing);
      trees.set(stored.id as string, node && { node, branches: branches.map(read) });
    }
    return ids.map((id) => trees.get(id) ?? null);
  };
}

function compiler(scope: Scope, within: ScopeCypher, given: Parameters) {
  let variables = 0;

  /** The neighbours of a node: e is the relationship, n the neighbour. */
  function match({ relationships, direction, kinds = [], filter = everything }: CountQuery, from: string) {
    const { wanted, known } = checkNeighbours(relationships, direction, kinds, filter);
    const [e, n] = [`r${++variables}`, `m${variables}`] as const;
    const [left, right] = direction === 'out' ? ['-', '->'] : ['<-', '-'];
    const types = [...new Set(relationships)].join('|');
    // What is alive for anybody has the label of its kind, and relationships stay within a tenant.
    const visible = scope.clusters === 'all' ? '' : `${within.edge(e)} AND ${within.alive(n)} AND `;
    return {
      ...{ e, n, wanted, known },
      cypher: `MATCH (${from})${left}[${e}${types && `:${types}`}]${right}(${n}:${wanted.join('|')})
        WHERE ${visible}${filterCypher(filter, known, n, within, given)}`,
    };
  }

  // The same edge may lie in several partitions, under one id: it is counted and shown once.
  function count(query: CountQuery, from: string): Compiled {
    const { e, n, cypher } = match(query, from);
    const distinct = query.relationships.length === 1 ? n : `${n}, type(${e})`;
    return { cypher: `COUNT { ${cypher} RETURN DISTINCT ${distinct} }`, nothing: 0, read: (value) => value as number };
  }

  function one(query: CountQuery, shape: Shape, from: string): Compiled {
    const { n, wanted, cypher } = match(query, from);
    const row = rowOf(n, wanted, shape.fields, compile(shape, n));
    return {
      cypher: `COLLECT { ${cypher} WITH ${n} ORDER BY ${idOf(n)} LIMIT 1 RETURN [${row.columns.join(', ')}] }`,
      nothing: null,
      read: (found) => {
        const [values] = found as readonly (readonly unknown[])[];
        return values === undefined ? null : row.read(values);
      },
    };
  }

  function page(query: AdjacentQuery, shape: Shape, from: string): Compiled {
    checkPage(query.page);
    const { order = byName } = query;
    const { first, after: cursor } = query.page;
    const { e, n, wanted, known, cypher } = match(query, from);
    const { value, after, cursorOf } = orderCypher(order, known, n, [n, e], cursor, given);
    const row = rowOf(n, wanted, [...shape.fields, order.field], compile(shape, n));
    return {
      cypher: `COLLECT { ${cypher} AND ${after} WITH DISTINCT ${n}, ${e}.id AS ${e}id ORDER BY ${value}, ${idOf(n)}, ${e}id
        LIMIT ${given.bind(first + 1)} RETURN [${[...row.columns, `${e}id`].join(', ')}] }`,
      nothing: { items: [], hasNextPage: false },
      read(found) {
        const rows = found as readonly (readonly unknown[])[];
        const items = rows.slice(0, first).map((values) => {
          const item = row.read(values);
          return {
            // Made when asked for: few are.
            get cursor() {
              return cursorOf(item.node, [item.node.id, values[row.columns.length] as string]);
            },
            item,
          };
        });
        return { items, hasNextPage: rows.length > first };
      },
    };
  }

  const compile = (shape: Shape, from: string): readonly Compiled[] =>
    shape.branches.map((branch) => {
      if ('count' in branch) return count(branch.count, from);
      return 'one' in branch ? one(branch.one, branch.shape, from) : page(branch.page, branch.shape, from);
    });
  return compile;
}

/** The columns that neighbours in a variable, of these kinds, are read from with what hangs from them: no more than is wanted. */
function rowOf(n: string, kinds: readonly NodeKind[], wanted: readonly string[], branches: readonly Compiled[]) {
  const fields = [...new Set(wanted)];
  const own = ownFields.filter((field) => fields.includes(field));
  const properties = fields.filter((name) => kinds.some((kind) => Object.hasOwn(nodeKind(kind).properties, name)));
  const [only, ...others] = kinds;
  const kind = only !== undefined && others.length === 0 ? only : null;
  const columns = [
    ...['id', ...(kind === null ? ['kind'] : []), ...own, ...properties.map(storedName)].map((name) => `${n}.${name}`),
    ...branches.map(({ cypher }) => cypher),
  ];
  return {
    columns,
    read(values: readonly unknown[]): Tree {
      let at = 0;
      const id = values[at++] as string;
      const ofKind = kind ?? (values[at++] as NodeKind);
      const node: Record<string, unknown> = { id, kind: ofKind, deletedAt: null };
      for (const field of own) node[field] = values[at++];
      const found: Record<string, unknown> = {};
      for (const property of properties) {
        const value = values[at++];
        const type = nodeKind(ofKind).properties[property]?.type;
        if (value === null || type === undefined) continue;
        found[property] = type === 'json' ? JSON.parse(value as string) : value;
      }
      node.properties = found;
      return { node: node as unknown as NodeView, branches: branches.map(({ read }) => read(values[at++])) };
    },
  };
}

const ownFields = ['ref', 'name', 'cluster', 'namespace'] as const;
