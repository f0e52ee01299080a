import type { AuditUser } from '../../collectors/audit/event.ts';
import { identityOf } from './actor.ts';
import { defineCorrelation } from './define.ts';
import { eventTime } from './event-time.ts';
import { type GraphView, type Named, refOf } from './graph-view.ts';
import { recent } from './recent.ts';
import { request } from './request.ts';
import { placeOf } from './target.ts';

const dayMs = 86_400_000;
const prefix = 'authentication.kubernetes.io/';

/** Where a bound token was issued to; null for any other credential. Kubernetes says it from 1.32 on. */
function issuedTo({ username = '', extra = {} }: AuditUser) {
  const [, , , namespace] = username.match(/^(system):(serviceaccount):([^:]+):/) ?? [];
  const account = identityOf(username);
  const one = (key: string): string | undefined => extra[`${prefix}${key}`]?.[0];
  const [pod, node, credential] = [one('pod-name'), one('node-name'), one('credential-id')];
  if (account.kind !== 'ServiceAccount' || pod === undefined || node === undefined || credential === undefined)
    return null;
  return { account, credential, namespace: namespace ?? account.namespace, pod, node };
}

type Verdict = 'home' | 'unknown' | { readonly at: string };

/** Where an address lies, seen from the node and the pod of a token: at home, elsewhere in the cluster, or nobody knows. */
async function whereIs(address: string, pod: Named, node: Named, view: GraphView): Promise<Verdict | null> {
  const homes = await view.named([pod, node]);
  const [ownPod, ownNode] = [homes.get(refOf(pod)), homes.get(refOf(node))];
  if (ownNode === undefined) return null;
  const { internalAddresses = [], externalAddresses = [] } = ownNode.properties as Addresses;
  if ([...(internalAddresses ?? []), ...(externalAddresses ?? [])].includes(address)) return 'home';
  if (ownPod !== undefined && (ownPod.properties as { podIp?: string | null }).podIp === address) return 'home';
  const nodes = await view.find('Node', { field: 'internalAddresses', in: [address] });
  if (nodes[0] !== undefined) return { at: nodes[0].ref };
  const pods = await view.find('Pod', { field: 'podIp', in: [address] });
  for (const found of pods) {
    const places = await view.beyond(found.id, 'RUNS_ON', 'out');
    if (places.some(({ id }) => id === ownNode.id)) return 'home';
  }
  return pods[0] === undefined ? 'unknown' : { at: pods[0].ref };
}

interface Addresses {
  readonly internalAddresses?: readonly string[] | null;
  readonly externalAddresses?: readonly string[] | null;
}

const nodes = `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
status: { addresses: [{ type: InternalIP, address: 10.0.0.1 }] }
---
apiVersion: v1
kind: Node
metadata: { name: worker-2 }
status: { addresses: [{ type: InternalIP, address: 10.0.0.2 }] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: { nodeName: worker-1, serviceAccountName: web, containers: [{ name: main, image: example.com/web }] }
status: { podIP: 10.1.0.5 }
`;

function byToken(at: string, address: string) {
  return request({
    as: 'system:serviceaccount:shop:web',
    at,
    verb: 'get',
    objectRef: { resource: 'configmaps', namespace: 'shop', name: 'settings' },
    sourceIPs: [address],
    user: {
      username: 'system:serviceaccount:shop:web',
      groups: ['system:serviceaccounts', 'system:authenticated'],
      extra: {
        [`${prefix}pod-name`]: ['web'],
        [`${prefix}node-name`]: ['worker-1'],
        [`${prefix}credential-id`]: ['JTI=1d2c8e0c-8a0f-4a5e-9a4c-3f5b8c7d6e5f'],
      },
    },
  });
}

export const tokenUsedAwayFromItsNode = defineCorrelation({
  name: 'Token used away from its node',
  source: 'k8s_audit',
  severity: 'HIGH',
  attack: [
    { id: 'T1528', name: 'Steal Application Access Token' },
    { id: 'T1550.001', name: 'Application Access Token' },
  ],
  description:
    'A token that a kubelet got for one pod came to the API server from somewhere else: from another node, a pod of another node, or an address outside after it had been used from its own. Tokens do not travel; somebody has carried this one away.',
  condition:
    'The token names pod and node that it was issued to (Kubernetes 1.32 and later). The client has neither the address of that pod or node, nor of a pod on that node; the graph knows it as another node or a pod of another, or nobody knows it, and within a day the same token came from home.',
  needs: 'jevt.value[/user/extra/authentication.kubernetes.io~1node-name] exists',
  remediation:
    'Delete the pod, which ends its token. Look for how it got out: a shell in the pod, a file that was read through the application, a log. Look at what the account did from the other address.',
  falsePositives:
    'Proxies that hide the addresses of clients, where some of a node’s requests pass through them and some do not: suppress it by address.',
  references: [
    'https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens',
  ],
  watch: () => {
    const verdicts = recent<Verdict>(dayMs);
    const home = recent<true>(dayMs);
    return ({ event }, view) => {
      const token = issuedTo(event.record.user ?? {});
      const { clientIp } = event.derived;
      if (token === null || clientIp === null) return null;
      const now = eventTime(event);
      const key = `${token.credential} ${clientIp}`;
      if (verdicts.get(key, now) !== undefined) return null;
      const pod: Named = { kind: 'Pod', namespace: token.account.namespace, name: token.pod };
      const node: Named = { kind: 'Node', namespace: null, name: token.node };
      return (async () => {
        const verdict = await whereIs(clientIp, pod, node, view);
        if (verdict === null) return null;
        if (verdict === 'home') home.set(token.credential, true, now);
        const away = typeof verdict === 'object' || (verdict === 'unknown' && home.get(token.credential, now) === true);
        // What nobody knows yet may be a pod that is about to be charted, and is asked for again.
        if (verdict !== 'unknown' || away) verdicts.set(key, verdict, now);
        if (!away) return null;
        const from =
          typeof verdict === 'object' ? `${verdict.at} (${clientIp})` : `${clientIp}, which is nobody's here`;
        return {
          namespace: placeOf(event) ?? token.account.namespace,
          output: `a token of ${refOf(token.account)} that was issued to ${refOf(pod)} on ${refOf(node)} is used from ${from}`,
          fields: {
            'ka.user.name': event.record.user?.username ?? null,
            'ka.verb': event.record.verb,
            'portolan.token.pod': token.pod,
            'portolan.token.node': token.node,
            address: clientIp,
          },
          subjects: [token.account, pod, node],
        };
      })();
    };
  },
  fires: { cluster: nodes, events: [byToken('10:00:00', '10.1.0.5'), byToken('10:01:00', '10.0.0.2')] },
  nearMiss: {
    because: 'The node hides the address of its pod behind its own.',
    change: { events: [byToken('10:00:00', '10.1.0.5'), byToken('10:01:00', '10.0.0.1')] },
  },
});
