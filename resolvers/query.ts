import type { GraphQLResolveInfo } from 'graphql';
import { rootLists } from '../schema/lists.ts';
import type { QueryResolvers } from '../schema/types.ts';
import { type ListArguments, listNodes } from './connection.ts';
import type { Context } from './context.ts';
import { within } from './page.ts';
import { shapeBeneath } from './shape.ts';
import { versionText } from './version.ts';

/** The lists of Query: one for each list type. */
export const lists = Object.fromEntries(
  Object.entries(rootLists).map(([field, type]) => [
    field,
    (_: unknown, args: ListArguments, context: Context, info: GraphQLResolveInfo) =>
      listNodes(type, args, context, info),
  ]),
);

export const Query: QueryResolvers = {
  version: async (_, _args, { reads, scope }) => versionText(await reads.version(), scope),
  node: (_, { id }, { reads, foreseen }, info) => reads.node(id, shapeBeneath(info, foreseen)),
  nodes: async (_, { ids }, { reads, foreseen }, info) => {
    within('ids', ids.length, 0, 1_000);
    const shape = shapeBeneath(info, foreseen);
    return Promise.all(ids.map((id) => reads.node(id, shape)));
  },
};
