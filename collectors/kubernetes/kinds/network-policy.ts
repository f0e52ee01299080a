import type { NetworkPeer, NetworkRule } from '../../../graph/model/network-rule.ts';
import type { Fields } from '../fields.ts';
import { inNamespace, type ObjectKind, objectNode } from '../kind.ts';
import { labelSelector, labelSelectorOrNull } from './label-selector.ts';

type Direction = NetworkRule['direction'];

/** Where the rules of a direction are, and in them the other end of the traffic. */
export const ruleFields = {
  Ingress: { rules: 'ingress', peers: 'from' },
  Egress: { rules: 'egress', peers: 'to' },
} as const satisfies Readonly<Record<Direction, object>>;

function peer(fields: Fields): NetworkPeer {
  const block = fields.object('ipBlock');
  const cidr = block.string('cidr');
  return {
    podSelector: labelSelectorOrNull(fields, 'podSelector'),
    namespaceSelector: labelSelectorOrNull(fields, 'namespaceSelector'),
    nodeSelector: null,
    networks: cidr === null ? [] : [cidr],
    except: block.strings('except'),
    domainNames: [],
  };
}

/** A rule without a port is about every one of its protocol, which is TCP unless named. */
function port(fields: Fields): string {
  const first = fields.integerOrString('port') ?? '*';
  const last = fields.integer('endPort');
  return `${first}${last === null ? '' : `-${last}`}/${fields.string('protocol') ?? 'TCP'}`;
}

/** Egress is decided on unasked only where there are rules for it (SetDefaults_NetworkPolicy of kubernetes/pkg/apis/networking). */
function directions(spec: Fields): readonly Direction[] {
  const types = spec.strings('policyTypes');
  const named = (direction: Direction): boolean => types.includes(direction);
  if (types.length > 0) return (['Ingress', 'Egress'] as const).filter(named);
  return spec.list('egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

export const networkPolicy: ObjectKind = {
  kind: 'NetworkPolicy',
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'networkpolicies',
  namespaced: true,
  map: (object) => {
    const spec = object.fields.object('spec');
    const decides = directions(spec);
    const rules = decides.flatMap((direction) => {
      const at = ruleFields[direction];
      return spec.list(at.rules).map(
        (rule): NetworkRule => ({
          direction,
          action: 'Allow',
          peers: rule.list(at.peers).map(peer),
          ports: rule.list('ports').map(port),
        }),
      );
    });
    return {
      nodes: [
        objectNode('NetworkPolicy', object, {
          createdAt: object.createdAt,
          policyKind: 'NetworkPolicy',
          tier: 'NetworkPolicy',
          priority: null,
          directions: decides,
          namespaceSelector: null,
          podSelector: labelSelector(spec.object('podSelector')),
          rules,
        }),
      ],
      relationships: inNamespace('NetworkPolicy', object),
    };
  },
};
