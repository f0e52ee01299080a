import type { GatewayListener } from './gateway-listener.ts';
import type { LabelSelector } from './label-selector.ts';
import type { NetworkRule } from './network-rule.ts';
import { created, kind } from './node-kind.ts';
import { boolean, integer, json, string, strings } from './property.ts';

/** The Gateway API, and network policies. */
export const networkKinds = {
  Gateway: kind('A gateway of the Gateway API: where traffic comes in, and which routes it may take.', 'cluster, UID', {
    ...created,
    className: string('spec.gatewayClassName.'),
    listeners: json<readonly GatewayListener[]>('Where it listens, and which routes may attach there.'),
    hosts: strings('Host names of its listeners; * where a listener has none.'),
    ports: strings('Each as port/protocol.'),
    addresses: strings(
      'Addresses and host names, from the status; in a manifest without one those it asks for, or null.',
    ),
    internal: boolean('Whether its class or an annotation of a known cloud makes it internal.'),
  }),
  Route: kind('A route of the Gateway API: which traffic of a gateway goes to which services.', 'cluster, UID', {
    ...created,
    routeKind: string('HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute; its name begins with it.'),
    hosts: strings('Host names that it is for; * for every one.'),
  }),
  ReferenceGrant: kind(
    'What lets routes of other namespaces send to services of its own (Gateway API).',
    'cluster, UID',
    {
      ...created,
      from: strings('Who may refer, each as kind.group/namespace.'),
      to: strings('To what, each as kind/name, or kind.group/name where it has a group; * for every name.'),
    },
  ),
  NetworkPolicy: kind(
    'A NetworkPolicy, or a policy of the whole cluster: AdminNetworkPolicy, BaselineAdminNetworkPolicy or ClusterNetworkPolicy, with which its name then begins.',
    'cluster, UID',
    {
      ...created,
      policyKind: string('NetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy or ClusterNetworkPolicy.'),
      tier: string('Admin, NetworkPolicy or Baseline: tiers decide in this order.'),
      priority: integer('Within its tier, the lowest first; null for a NetworkPolicy, all of which hold together.'),
      directions: strings(
        'Ingress, Egress, or both: traffic that it decides on. A NetworkPolicy denies what none of its tier allows.',
      ),
      namespaceSelector: json<LabelSelector>(
        'For a policy of the whole cluster: the labels of the namespaces it holds in; empty for all.',
      ),
      podSelector: json<LabelSelector>('The labels of the pods that it is for; empty for all.'),
      rules: json<readonly NetworkRule[]>('Its rules; in the tiers Admin and Baseline the first that fits decides.'),
    },
  ),
} as const;
