import type { GraphQLResolveInfo } from 'graphql';
import type { Filter, Page } from '../graph/store/filter.ts';
import type { NodeView, Tree } from '../graph/store/port.ts';
import { listTypes, type Relation } from '../schema/lists.ts';
import type { PageInfo } from '../schema/types.ts';
import type { Context } from './context.ts';
import { clustersOf, type FilterInput, filterOf } from './filter.ts';
import { type MaybePromise, map } from './maybe-promise.ts';
import { type OrderArgument, orderOf, type PageArguments, pageOf } from './page.ts';
import { type Branches, branchesOf, foreseenBranches, shapeBeneath } from './shape.ts';

/** A page as the fields of a connection take it apart. Each part is asked for only when a field needs it. */
export interface Connection<T = NodeView> {
  readonly page: () => MaybePromise<Page<T>>;
  readonly hasPreviousPage: boolean;
  /** How many there are on all pages. */
  readonly total: () => MaybePromise<number>;
}

export interface ListArguments extends PageArguments {
  readonly filter?: FilterInput | null | undefined;
  readonly orderBy?: OrderArgument | null | undefined;
}

/** The nodes of a list type, as Query lists them; those of a field that is no relationship fulfil its conditions, too. */
export async function listNodes(
  type: string,
  args: ListArguments,
  { reads, foreseen }: Context,
  info: GraphQLResolveInfo,
  conditions: readonly Filter[] = [],
): Promise<Connection> {
  const kinds = listTypes[type] ?? [];
  const asked = filterOf(type, args.filter, await clustersOf(args.filter, reads));
  const filter: Filter = conditions.length === 0 ? asked : { and: [...conditions, asked] };
  const order = orderOf(type, args.orderBy);
  const page = pageOf(args);
  return {
    page: once(() => reads.find({ kinds, filter, order, page }, shapeBeneath(info, foreseen))),
    hasPreviousPage: args.after != null,
    total: () => reads.count(kinds, filter),
  };
}

/** The neighbours of a node by a relation, in one batch for all the nodes of a list. */
export function listNeighbours(
  node: NodeView,
  relation: Relation,
  args: ListArguments,
  context: Context,
  info: GraphQLResolveInfo,
): MaybePromise<Connection> {
  return map(branchesAsked(relation, args, context, info), ({ neighbours, count }) => ({
    page: () => map(context.reads.branch(node, neighbours) as MaybePromise<Page<Tree>>, nodesOf),
    hasPreviousPage: args.after != null,
    total: () => context.reads.branch(node, count) as MaybePromise<number>,
  }));
}

/** The neighbour of a node by a relation that leads to one at most. */
export function neighbour(
  node: NodeView,
  relation: Relation,
  context: Context,
  info: GraphQLResolveInfo,
): MaybePromise<NodeView | undefined> {
  return map(branchesAsked(relation, {}, context, info), ({ neighbours }) =>
    map(context.reads.branch(node, neighbours) as MaybePromise<Tree | null>, (tree) => tree?.node),
  );
}

/** What the field asks for, worked out for the first of its nodes: graphql-js gives all of them the same `fieldNodes`. */
function branchesAsked(
  relation: Relation,
  args: ListArguments,
  { reads, branches, foreseen }: Context,
  info: GraphQLResolveInfo,
): MaybePromise<Branches> {
  const before = branches.get(info.fieldNodes);
  if (before !== undefined) return before;
  const { schema, fragments, variableValues, fieldNodes } = info;
  const found =
    foreseenBranches(foreseen, fieldNodes) ??
    map(clustersOf(args.filter, reads), (clusters) =>
      branchesOf(relation, args, fieldNodes, { schema, fragments, variableValues, foreseen }, clusters),
    );
  branches.set(info.fieldNodes, found);
  return found;
}

const nodesOf = ({ items, hasNextPage }: Page<Tree>): Page<NodeView> => ({
  items: items.map((hanging) => new NodeItem(hanging)),
  hasNextPage,
});

/** A node on a page of trees: the cursor is made when asked for, as few are. */
class NodeItem {
  readonly item: NodeView;
  readonly #of: { readonly cursor: string };

  constructor(of: { readonly cursor: string; readonly item: Tree }) {
    this.item = of.item.node;
    this.#of = of;
  }

  get cursor(): string {
    return this.#of.cursor;
  }
}

export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= read());
}

/** The fields of every connection type. */
export const connectionFields = {
  edges: <T>({ page }: Connection<T>) =>
    map(page(), ({ items }) => items.map(({ cursor, item }) => ({ cursor, node: item }))),
  nodes: <T>({ page }: Connection<T>) => map(page(), ({ items }) => items.map(({ item }) => item)),
  pageInfo: <T>({ page, hasPreviousPage }: Connection<T>): MaybePromise<PageInfo> =>
    map(page(), ({ items, hasNextPage }) => ({
      hasNextPage,
      hasPreviousPage,
      startCursor: items[0]?.cursor ?? null,
      endCursor: items.at(-1)?.cursor ?? null,
    })),
  totalCount: <T>({ total }: Connection<T>) => total(),
};
