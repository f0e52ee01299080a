import type { NetworkPeer, NetworkRule } from '../../../graph/model/network-rule.ts';
import type { Fields } from '../fields.ts';
import type { Facts, ObjectKind } from '../kind.ts';
import type { KubernetesObject } from '../object.ts';
import { labelSelector, labelSelectorOrNull } from './label-selector.ts';
import { ruleFields } from './network-policy.ts';

/** A subject or peer says `namespaces`, all pods of which are meant, or `pods`, with selectors for both. */
function selectors(fields: Fields): Pick<NetworkPeer, 'podSelector' | 'namespaceSelector'> {
  if (!fields.has('pods')) {
    return { namespaceSelector: labelSelectorOrNull(fields, 'namespaces'), podSelector: null };
  }
  const pods = fields.object('pods');
  return {
    namespaceSelector: labelSelector(pods.object('namespaceSelector')),
    podSelector: labelSelector(pods.object('podSelector')),
  };
}

function peer(fields: Fields): NetworkPeer {
  return {
    ...selectors(fields),
    nodeSelector: labelSelectorOrNull(fields, 'nodes'),
    networks: fields.strings('networks'),
    except: [],
    domainNames: fields.strings('domainNames'),
  };
}

/** AdminNetworkPolicyPort of v1alpha1. */
function adminPort(fields: Fields): string {
  const name = fields.string('namedPort');
  if (name !== null) return `${name}/*`;
  const range = fields.object('portRange');
  if (fields.has('portRange')) {
    return `${range.integer('start')}-${range.integer('end')}/${range.string('protocol') ?? 'TCP'}`;
  }
  const one = fields.object('portNumber');
  return `${one.integer('port')}/${one.string('protocol') ?? 'TCP'}`;
}

/** ClusterNetworkPolicyProtocol of v1alpha2. */
function protocol(fields: Fields): string {
  const name = fields.string('destinationNamedPort');
  if (name !== null) return `${name}/*`;
  const found = ['tcp', 'udp', 'sctp'].find((each) => fields.has(each));
  if (found === undefined) return '*/*';
  const port = fields.object(found).object('destinationPort');
  const range = port.object('range');
  const ports = port.has('range')
    ? `${range.integer('start')}-${range.integer('end')}`
    : (port.integer('number') ?? '*');
  return `${ports}/${found.toUpperCase()}`;
}

/** Accept is what v1alpha2 calls Allow. One that nobody knows is told of, and its rule left out. */
function action(rule: Fields): NetworkRule['action'] | null {
  const text = rule.string('action');
  if (text === 'Allow' || text === 'Accept') return 'Allow';
  if (text === 'Deny' || text === 'Pass') return text;
  rule.problem('action', 'must be Accept, Allow, Deny or Pass; the rule is left out');
  return null;
}

function rules(spec: Fields): readonly NetworkRule[] {
  return (['Ingress', 'Egress'] as const).flatMap((direction) => {
    const at = ruleFields[direction];
    return spec.list(at.rules).flatMap((rule): readonly NetworkRule[] => {
      const does = action(rule);
      if (does === null) return [];
      const ports = [...rule.list('ports').map(adminPort), ...rule.list('protocols').map(protocol)];
      return [{ direction, action: does, peers: rule.list(at.peers).map(peer), ports }];
    });
  });
}

/** `tier` is what a kind has that does not say it itself. */
function map(policyKind: string, tier: string, { uid, name, createdAt, fields }: KubernetesObject): Facts {
  const spec = fields.object('spec');
  const found = rules(spec);
  const { namespaceSelector, podSelector } = selectors(spec.object('subject'));
  return {
    nodes: [
      {
        kind: 'NetworkPolicy',
        uid,
        namespace: null,
        name: `${policyKind}/${name}`,
        properties: {
          createdAt,
          policyKind,
          tier: spec.string('tier') ?? tier,
          priority: spec.integer('priority') ?? 0,
          directions: [...new Set(found.map(({ direction }) => direction))],
          namespaceSelector: namespaceSelector ?? [],
          podSelector: podSelector ?? [],
          rules: found,
        },
      },
    ],
    relationships: [],
  };
}

const of = (kind: string, resource: string, tier: string, version: string): ObjectKind => ({
  kind,
  group: 'policy.networking.k8s.io',
  version,
  resource,
  namespaced: false,
  map: (object) => map(kind, tier, object),
});

/** Network policies of the whole cluster, by SIG Network; the last took the place of the two before it. */
export const clusterNetworkPolicies: readonly ObjectKind[] = [
  of('AdminNetworkPolicy', 'adminnetworkpolicies', 'Admin', 'v1alpha1'),
  of('BaselineAdminNetworkPolicy', 'baselineadminnetworkpolicies', 'Baseline', 'v1alpha1'),
  of('ClusterNetworkPolicy', 'clusternetworkpolicies', 'Admin', 'v1beta1'),
];
