import type { GraphNode } from '../graph/model/graph.ts';
import type { Filter, Page } from '../graph/store/filter.ts';
import type { AdjacentQuery } from '../graph/store/port.ts';
import { listTypes, type Relation } from '../schema/lists.ts';
import type { PageInfo } from '../schema/types.ts';
import type { Context } from './context.ts';
import { type FilterInput, filterOf } from './filter.ts';
import { type OrderArgument, orderOf, type PageArguments, pageOf } from './page.ts';

/** A page as the fields of a connection take it apart. */
export interface Connection<T = GraphNode> {
  readonly page: Page<T>;
  readonly hasPreviousPage: boolean;
  /** How many there are on all pages; asked only when `totalCount` is. */
  readonly total: () => Promise<number>;
}

export interface ListArguments extends PageArguments {
  readonly filter?: FilterInput | null | undefined;
  readonly orderBy?: OrderArgument | null | undefined;
}

/** The nodes of a list type, as Query lists them; those of a field that is no relationship fulfil its conditions, too. */
export async function listNodes(
  type: string,
  args: ListArguments,
  { reads }: Context,
  conditions: readonly Filter[] = [],
): Promise<Connection> {
  const kinds = listTypes[type] ?? [];
  const asked = await filterOf(type, args.filter, reads);
  const filter: Filter = conditions.length === 0 ? asked : { and: [...conditions, asked] };
  const page = await reads.find({ kinds, filter, order: orderOf(type, args.orderBy), page: pageOf(args) });
  return { page, hasPreviousPage: args.after != null, total: () => reads.count(kinds, filter) };
}

/** The neighbours of a node by a relation, in one batch for all the nodes of a list. */
export async function listNeighbours(
  node: GraphNode,
  { relationship, direction, type }: Relation,
  args: ListArguments,
  { reads }: Context,
): Promise<Connection> {
  const filter: Filter = await filterOf(type, args.filter, reads);
  const query = { relationships: [relationship], direction, kinds: listTypes[type] ?? [], filter };
  const paged: AdjacentQuery = { ...query, order: orderOf(type, args.orderBy), page: pageOf(args) };
  const { items, hasNextPage } = await reads.adjacent(node.id, paged);
  return {
    page: { items: items.map(({ cursor, item }) => ({ cursor, item: item.node })), hasNextPage },
    hasPreviousPage: args.after != null,
    total: () => reads.countAdjacent(node.id, query),
  };
}

/** The fields of every connection type. */
export const connectionFields = {
  edges: <T>({ page }: Connection<T>) => page.items.map(({ cursor, item }) => ({ cursor, node: item })),
  nodes: <T>({ page }: Connection<T>) => page.items.map(({ item }) => item),
  pageInfo: <T>({ page, hasPreviousPage }: Connection<T>): PageInfo => ({
    hasNextPage: page.hasNextPage,
    hasPreviousPage,
    startCursor: page.items[0]?.cursor ?? null,
    endCursor: page.items.at(-1)?.cursor ?? null,
  }),
  totalCount: <T>({ total }: Connection<T>) => total(),
};
