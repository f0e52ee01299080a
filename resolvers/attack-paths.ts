import type {
  AttackHopResolvers,
  AttackPathResolvers,
  AttackPathResultResolvers,
  QueryResolvers,
} from '../schema/types.ts';
import type { Context } from './context.ts';
import { within } from './page.ts';
import { endpointOf, withoutOf } from './selector.ts';
import { versionText } from './version.ts';

export const Query: QueryResolvers = {
  attackPaths: async (_, args, context) => {
    const [from, to] = await Promise.all([endpointOf('from', args.from, context), endpointOf('to', args.to, context)]);
    const without = withoutOf(args.without ?? []);
    return context.paths({ from, to, without, first: within('first', args.first ?? 10, 1, 1_000), ...boundsOf(args) });
  },
};

/** The bounds that every search takes. */
export function boundsOf(args: { readonly maxHops?: number | null; readonly timeBudgetMs?: number | null }) {
  return {
    maxHops: within('maxHops', args.maxHops ?? 12, 1, 64),
    timeBudgetMs: within('timeBudgetMs', args.timeBudgetMs ?? 2_000, 1, 10_000),
  };
}

export const AttackPathResult: AttackPathResultResolvers = {
  version: ({ version }, _args, { scope }) => versionText(version, scope),
};

export const AttackPath: AttackPathResolvers = {
  hops: ({ steps }) => steps,
};

export const AttackHop: AttackHopResolvers = {
  from: ({ from }, _args, context) => known(from, context),
  to: ({ to }, _args, context) => known(to, context),
  edge: (step) => step,
};

/** A node of an answer about paths. One that has gone since is shown from its tombstone. */
export async function known(id: string, { reads }: Context) {
  const node = await reads.node(id);
  if (node === null) throw new Error(`the path engine knows node ${id}, the store does not`);
  return node;
}
