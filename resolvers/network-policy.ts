import type { LabelRequirement, LabelSelector } from '../graph/model/label-selector.ts';
import type { Filter } from '../graph/store/filter.ts';
import type { NodeView } from '../graph/store/port.ts';
import type { NetworkPolicyResolvers } from '../schema/types.ts';
import { listNodes } from './connection.ts';
import type { Context } from './context.ts';
import { findAll } from './reads.ts';

/** Labels are stored as key=value. Values are letters, digits, `-`, `_` and `.`: all of them come before `~`. */
function requirement({ key, operator, values }: LabelRequirement): Filter {
  const field = 'labels';
  if (operator === 'In') return { field, in: values.map((value) => `${key}=${value}`) };
  if (operator === 'NotIn') return { not: requirement({ key, operator: 'In', values }) };
  if (operator === 'Exists') return { field, range: { from: `${key}=`, to: `${key}=~` } };
  return { not: requirement({ key, operator: 'Exists', values }) };
}

export function labelFilter(selector: LabelSelector): Filter {
  return { and: selector.map(requirement) };
}

/** The namespaces it holds in; all are one condition less. */
async function places(policy: NodeView<'NetworkPolicy'>, { reads }: Context): Promise<readonly Filter[]> {
  const cluster: Filter = { field: 'cluster', in: [policy.cluster ?? ''] };
  if (policy.namespace != null) return [cluster, { field: 'namespace', in: [policy.namespace] }];
  const selector = policy.properties.namespaceSelector ?? [];
  if (selector.length === 0) return [cluster];
  const filter: Filter = { and: [cluster, labelFilter(selector)] };
  const namespaces = await findAll(reads.find, { kinds: ['Namespace'], filter });
  return [cluster, { field: 'namespace', in: namespaces.map(({ name }) => name) }];
}

export const NetworkPolicy: NetworkPolicyResolvers = {
  pods: async (policy, args, context, info) => {
    const ownNetwork: Filter = { not: { field: 'hostNetwork', in: [true] } };
    const labels = labelFilter(policy.properties.podSelector ?? []);
    return listNodes('Pod', args, context, info, [...(await places(policy, context)), ownNetwork, labels]);
  },
};
