import { isNodeKind } from '../graph/model/kinds.ts';
import { kindName } from '../schema/names.ts';
import type { BlastRadiusResolvers, NodeKind, QueryResolvers, ReachedNodeResolvers } from '../schema/types.ts';
import { boundsOf, known } from './attack-paths.ts';
import { maxPage, within } from './page.ts';
import { endpointOf } from './selector.ts';
import { versionText } from './version.ts';

export const Query: QueryResolvers = {
  blastRadius: async (_, args, context) => {
    const of = await endpointOf('of', args.of, context);
    return context.blastRadius({ of, first: maxPage, ...boundsOf(args) });
  },
};

export const BlastRadius: BlastRadiusResolvers = {
  version: ({ version }, _args, { scope }) => versionText(version, scope),
  counts: ({ counts }) =>
    Object.entries(counts)
      .map(([kind, count]) => ({ kind: (isNodeKind(kind) ? kindName(kind) : kind) as NodeKind, count }))
      .sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1)),
  reached: ({ reached }, { first }) => reached.slice(0, within('first', first ?? 50, 1, maxPage)),
};

export const ReachedNode: ReachedNodeResolvers = {
  node: ({ id }, _args, context) => known(id, context),
};
