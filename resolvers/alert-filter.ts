import type { AlertFilter } from '../graph/records/alerts/filter.ts';
import type { AlertFilter as AlertFilterInput } from '../schema/types.ts';
import type { Reads } from './reads.ts';

/** The filter of an input: clusters by id, times in the form that they are compared in. */
export async function alertFilterOf(input: AlertFilterInput | null | undefined, reads: Reads): Promise<AlertFilter> {
  const { clusters, since, until, suppressed, ...rest } = input ?? { suppressed: false };
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null)) as AlertFilter;
  return {
    ...given,
    ...(clusters != null && { clusters: await clusterIds(clusters, reads) }),
    ...(since != null && { since: new Date(since).toISOString() }),
    ...(until != null && { until: new Date(until).toISOString() }),
    ...(suppressed != null && { suppressed }),
  };
}

/** Clusters by name or id, as ids; an id is taken as it is, since what happens there may outrun the chart. */
export async function clusterIds(names: readonly string[], reads: Reads): Promise<readonly string[]> {
  const known = await reads.clusters();
  return names.flatMap((given) => {
    const found = known.filter(({ id, name }) => id === given || name === given).map(({ id }) => id);
    return found.length > 0 ? found : [given];
  });
}
