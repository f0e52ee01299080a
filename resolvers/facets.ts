import { kindOf } from '../schema/names.ts';
import type { QueryResolvers } from '../schema/types.ts';
import { clustersOf, filterOf } from './filter.ts';
import { within } from './page.ts';

export const Query: QueryResolvers = {
  facets: async (_, { kind, by, filter }, { reads }) => {
    within('by', by.length, 1, 4);
    const facets = await reads.facets([kindOf(kind)], filterOf('Node', filter, await clustersOf(filter, reads)), by);
    return facets.map(({ values, count }) => ({
      count,
      values: values.map((value) => (value === null ? null : String(value))),
    }));
  },
};
