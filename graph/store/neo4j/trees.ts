import { LRUCache } from 'lru-cache';
import { edgeId } from '../../model/id.ts';
import { type NodeKind, nodeKind } from '../../model/kinds.ts';
import type { Scope } from '../../model/scope.ts';
import { checkBatch, checkNeighbours, checkPage, checkShape } from '../check.ts';
import { neighbourKinds } from '../field.ts';
import { byName, everything } from '../filter.ts';
import type { AdjacentQuery, CountQuery, Found, NodeView, Shape, Tree } from '../port.ts';
import { textOf } from '../text-of.ts';
import type { Database } from './database.ts';
import { isObserved, uneven } from './even.ts';
import { filterCypher } from './filter.ts';
import { gathered } from './gathered.ts';
import { type Stored, storedName, toNode } from './layout.ts';
import { orderCypher } from './order.ts';
import { type Parameters, parameters } from './parameters.ts';
import { type ScopeCypher, scopeCypher } from './scope.ts';

/** An expression over a node, and how its value is read. */
interface Compiled {
  readonly cypher: string;
  /** What hangs from a tombstone. */
  readonly nothing: Found;
  /** Its value, for the node of this id. */
  read(value: unknown, from: string): Found;
}

/** A variable of a statement that holds nodes, and their kinds where these are known. */
interface Variable {
  readonly name: string;
  readonly kinds: readonly NodeKind[] | null;
}

/**
 * Reads nodes with all that hangs from them in one statement: each branch is a subquery of the branch above. Calls that ask
 * for one shape in one scope meanwhile are answered by one statement.
 */
export function trees(database: Database) {
  const gather = gathered<Tree | null>();
  const statements = new LRUCache<string, Statement>({ max: mostStatements });
  return async (scope: Scope, ids: readonly string[], shape: Shape): Promise<readonly (Tree | null)[]> => {
    checkBatch(ids);
    const key = `${textOf(scope)} ${textOf(shape)}`;
    let statement = statements.get(key);
    if (statement === undefined) {
      checkShape(shape);
      statement = compile(scope, shape);
      statements.set(key, statement);
    }
    return gather(key, ids, (all) => read(database, scope, all, statement));
  };
}

/** How many statements are kept compiled. */
const mostStatements = 500;

/** What reads one shape in one scope, for the ids in its parameter `ids`. */
interface Statement {
  readonly cypher: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly branches: readonly Compiled[];
}

function compile(scope: Scope, shape: Shape): Statement {
  const given = parameters();
  const within = scopeCypher(scope, given);
  const branches = compiler(scope, within, given)(shape, { name: 's', kinds: null });
  const cypher = `MATCH (s:Entity) WHERE s.tenant = ${within.tenant} AND s.id IN $ids
     RETURN properties(s) AS node, [${branches.map(({ cypher }) => cypher).join(', ')}] AS found`;
  return { cypher, values: given.values, branches };
}

async function read(
  database: Database,
  scope: Scope,
  ids: readonly string[],
  { cypher, values, branches }: Statement,
): Promise<readonly (Tree | null)[]> {
  const rows = await database.read<{ readonly node: Stored; readonly found: readonly unknown[] }>(cypher, {
    ...values,
    ids: [...new Set(ids)],
  });
  const trees = new Map<string, Tree | null>();
  for (const { node: stored, found } of rows) {
    const node = toNode(stored, scope);
    const alive = node?.deletedAt === null;
    const read = ({ read, nothing }: Compiled, i: number) => (alive ? read(found[i], node.id) : nothing);
    trees.set(stored.id as string, node && { node, branches: branches.map(read) });
  }
  return ids.map((id) => trees.get(id) ?? null);
}

function compiler(scope: Scope, within: ScopeCypher, given: Parameters) {
  let variables = 0;

  /** The neighbours of a node: e is the relationship, n the neighbour. */
  function match({ relationships, direction, kinds = [], filter = everything }: CountQuery, from: Variable) {
    const { wanted, known } = checkNeighbours(relationships, direction, kinds, filter);
    const [e, n] = [`r${++variables}`, `m${variables}`] as const;
    const [left, right] = direction === 'out' ? ['-', '->'] : ['<-', '-'];
    const types = [...new Set(relationships)];
    const [only, ...others] = types;
    const starts = direction === 'out' ? from.kinds : wanted;
    const relationship = only !== undefined && others.length === 0 ? only : null;
    const conditions = [
      // What is alive for anybody has the label of its kind, and relationships stay within a tenant.
      ...(scope.clusters === 'all' ? [] : [within.edge(e), within.alive(n)]),
      filterCypher(filter, known, n, within, given),
    ];
    return {
      ...{ e, wanted, known },
      neighbour: { name: n, kinds: wanted },
      /** The relationship where there is one alone: then a node is a neighbour once, and its edge's id follows. */
      relationship,
      /** Several partitions may state one edge, under one id, only where it starts from what clusters share. */
      repeats: starts === null || starts.some((kind) => nodeKind(kind).shared),
      pattern: `MATCH (${from.name})${left}[${e}${types.length > 0 ? `:${types.join('|')}` : ''}]${right}(${n}:${wanted.join('|')})`,
      conditions,
      /** How many relationships there are, which Neo4j need not look at: all the neighbours asked for, unless one is uneven. */
      degree:
        relationship !== null &&
        isObserved(relationship) &&
        neighbourKinds(relationship, direction).every((kind) => wanted.includes(kind)) &&
        where(conditions) === ''
          ? `COUNT { (${from.name})${left}[:${relationship}]${right}() }`
          : null,
    };
  }

  function count(query: CountQuery, from: Variable): Compiled {
    const { e, neighbour, pattern, conditions, relationship, repeats, degree } = match(query, from);
    const distinct = relationship === null ? `${neighbour.name}, type(${e})` : neighbour.name;
    const counted = `COUNT { ${pattern}${where(conditions)}${repeats ? ` RETURN DISTINCT ${distinct}` : ''} }`;
    return {
      cypher: degree === null ? counted : `CASE WHEN ${from.name}:${uneven} THEN ${counted} ELSE ${degree} END`,
      nothing: 0,
      read: (value) => value as number,
    };
  }

  function one(query: CountQuery, shape: Shape, from: Variable): Compiled {
    const { neighbour, pattern, conditions } = match(query, from);
    const row = rowOf(neighbour, shape.fields, compile(shape, neighbour));
    return {
      // Mostly there is one, and Neo4j takes longer to sort than we to find the least id among a few.
      cypher: `COLLECT { ${pattern}${where(conditions)} RETURN [${row.columns.join(', ')}] }`,
      nothing: null,
      read: (found) => {
        const rows = found as readonly (readonly [id: string, ...unknown[]])[];
        if (rows.length === 0) return null;
        return row.read(rows.reduce((least, values) => (values[0] < least[0] ? values : least)));
      },
    };
  }

  function page(query: AdjacentQuery, shape: Shape, from: Variable): Compiled {
    checkPage(query.page);
    const { order = byName, direction } = query;
    const { first, after: cursor } = query.page;
    const { e, neighbour, known, pattern, conditions, relationship, repeats } = match(query, from);
    const n = neighbour.name;
    const { value, after, cursorOf } = orderCypher(order, known, n, [n, e], cursor, given);
    const row = rowOf(neighbour, [...shape.fields, order.field], compile(shape, neighbour));
    const edge = relationship === null ? [`${e}id`] : [];
    const variables = [n, ...edge.map((name) => `${e}.id AS ${name}`)].join(', ');
    return {
      cypher: `COLLECT { ${pattern}${where(cursor === undefined ? conditions : [...conditions, after])}
        WITH ${repeats ? 'DISTINCT ' : ''}${variables} ORDER BY ${[value, `${n}.id`, ...edge].join(', ')}
        LIMIT ${given.bind(first + 1)} RETURN [${[...row.columns, ...edge].join(', ')}] }`,
      nothing: { items: [], hasNextPage: false },
      read(found, here) {
        const rows = found as readonly (readonly unknown[])[];
        const cursorAt = ({ node }: Tree, values: readonly unknown[]): string => {
          const [start, end] = direction === 'out' ? [here, node.id] : [node.id, here];
          const by = relationship === null ? values.at(-1) : edgeId(start, relationship, end);
          return cursorOf(node, [node.id, by as string]);
        };
        const items = rows.slice(0, first).map((values) => new Hanging(row.read(values), values, cursorAt));
        return { items, hasNextPage: rows.length > first };
      },
    };
  }

  const compile = (shape: Shape, from: Variable): readonly Compiled[] =>
    shape.branches.map((branch) => {
      if ('count' in branch) return count(branch.count, from);
      return 'one' in branch ? one(branch.one, branch.shape, from) : page(branch.page, branch.shape, from);
    });
  return compile;
}

/** The condition of a MATCH: conditions that always hold are left out. */
function where(conditions: readonly string[]): string {
  const some = conditions.filter((condition) => condition !== 'true');
  return some.length === 0 ? '' : ` WHERE ${some.join(' AND ')}`;
}

/** The columns that neighbours in a variable, of these kinds, are read from with what hangs from them: no more than is wanted. */
function rowOf(
  { name: n, kinds }: { readonly name: string; readonly kinds: readonly NodeKind[] },
  wanted: readonly string[],
  branches: readonly Compiled[],
) {
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
      return { node: node as unknown as NodeView, branches: branches.map(({ read }) => read(values[at++], id)) };
    },
  };
}

const ownFields = ['ref', 'name', 'cluster', 'namespace'] as const;

/** A neighbour on a page. Its cursor is made when asked for, as few are; a class, since a getter of its own for each would cost more. */
class Hanging {
  readonly item: Tree;
  readonly #values: readonly unknown[];
  readonly #cursorAt: (item: Tree, values: readonly unknown[]) => string;

  constructor(item: Tree, values: readonly unknown[], cursorAt: (item: Tree, values: readonly unknown[]) => string) {
    this.item = item;
    this.#values = values;
    this.#cursorAt = cursorAt;
  }

  get cursor(): string {
    return this.#cursorAt(this.item, this.#values);
  }
}
