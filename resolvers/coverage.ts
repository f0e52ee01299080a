import { grantOn } from '../graph/model/scope.ts';
import type { ClusterResolvers, CoverageResolvers, CoverageState, QueryResolvers } from '../schema/types.ts';
import { listNodes } from './connection.ts';
import type { Context } from './context.ts';

/** From the best to the worst. */
const states = ['COMPLETE', 'PARTIAL', 'LOADING', 'RESTRICTED'] as const satisfies readonly CoverageState[];

export const Query: QueryResolvers = { coverage: () => ({}) };

export const Coverage: CoverageResolvers = {
  state: async (_, _args, context) => {
    const clusters = await context.reads.clusters();
    // Nothing has been charted yet, and nothing is not safety.
    if (clusters.length === 0) return 'LOADING';
    const ranks = await Promise.all(clusters.map(async ({ id }) => states.indexOf(await stateOf(id, context))));
    return states[Math.max(0, ...ranks)] ?? 'COMPLETE';
  },
  clusters: (_, args, context, info) => listNodes('Cluster', args, context, info),
  gaps: (_, args, context, info) => listNodes('CoverageGap', args, context, info),
};

export const Cluster: ClusterResolvers = {
  coverage: ({ id }, _args, context) => stateOf(id, context),
};

async function stateOf(cluster: string, { reads, scope }: Context): Promise<CoverageState> {
  // Gaps are objects of the whole cluster: whoever sees only some namespaces must not read their absence as safety.
  if (grantOn(scope, cluster) !== 'all') return 'RESTRICTED';
  const gaps = await reads.facets(['CoverageGap'], { and: [] }, ['cluster', 'source', 'reason']);
  const own = gaps.filter(({ values }) => values[0] === cluster);
  // What is left out by design nobody has asked for.
  const reasons = own.map(({ values }) => values[2]).filter((reason) => reason !== 'BY_DESIGN');
  const isFollowed = !own.some(({ values: [, source, reason] }) => source === 'kubernetes' && reason === 'STALE');
  // What was being read when its reader went away is being read no more.
  if (reasons.includes('LOADING') && isFollowed) return 'LOADING';
  return reasons.length > 0 ? 'PARTIAL' : 'COMPLETE';
}
