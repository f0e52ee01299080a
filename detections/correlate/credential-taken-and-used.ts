import type { AuditEvent } from '../../collectors/audit/event.ts';
import { identityOf } from './actor.ts';
import { defineCorrelation } from './define.ts';
import { eventTime, isSystem } from './event-time.ts';
import { type GraphView, refOf } from './graph-view.ts';
import { recent } from './recent.ts';
import { request } from './request.ts';
import { placeOf, succeeded, targetOf } from './target.ts';

const hourMs = 3_600_000;

interface Taking {
  readonly by: string;
  readonly from: string;
  readonly how: string;
}

/** The service account whose credential a request gave its sender, as a user name. */
async function taken(event: AuditEvent, view: GraphView): Promise<string | null> {
  const { resource, subresource } = event.record.objectRef ?? {};
  const target = targetOf(event);
  if (target === null || target.namespace === null) return null;
  if (resource === 'serviceaccounts' && subresource === 'token') {
    return `system:serviceaccount:${target.namespace}:${target.name}`;
  }
  if (resource !== 'secrets' || event.record.verb !== 'get') return null;
  const secret = (await view.named([target])).get(refOf(target));
  const account = (secret?.properties as { readonly serviceAccount?: string | null } | undefined)?.serviceAccount;
  return account ? `system:serviceaccount:${target.namespace}:${account}` : null;
}

export const credentialTakenAndUsed = defineCorrelation({
  name: 'Credential taken and used',
  source: 'k8s_audit',
  severity: 'HIGH',
  attack: [
    { id: 'T1528', name: 'Steal Application Access Token' },
    { id: 'T1550.001', name: 'Application Access Token' },
  ],
  description:
    'Somebody read a token of a service account, from its secret or from the API server, and soon after that service account acted from the address of whoever read it. The account is being used by somebody else.',
  condition:
    'A secret that the graph knows as the token of a service account was read by name, or a token requested, by another identity that is not the system; within an hour that account sends a request from the same address.',
  needs:
    '(ka.target.resource = secrets and ka.verb = get) or (ka.target.resource = serviceaccounts and ka.target.subresource = token)',
  remediation:
    'Ask whoever took it. Delete the secret, or the service account (tokens that were requested cannot be withdrawn); look at what the account did since, and take the right to read secrets or request tokens from who does not need it.',
  falsePositives:
    'CI systems that mint the tokens they use, and API servers behind a proxy that hides the addresses of clients: suppress it by user.',
  references: [
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request',
    'https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets',
  ],
  watch: () => {
    const takings = recent<Taking>(hourMs);
    return async ({ event }, view) => {
      const now = eventTime(event);
      const { username = '' } = event.record.user ?? {};
      const { clientIp } = event.derived;
      const taking = takings.get(username, now);
      if (taking !== undefined && taking.from === clientIp && taking.by !== username) {
        takings.delete(username);
        return {
          namespace: placeOf(event),
          output: `${username} acts from ${clientIp}, where ${taking.by} ${taking.how} a moment ago`,
          fields: {
            'ka.user.name': username,
            'ka.verb': event.record.verb,
            'portolan.taken.by': taking.by,
            address: clientIp,
          },
          subjects: [identityOf(username), identityOf(taking.by)],
        };
      }
      const { resource } = event.record.objectRef ?? {};
      if (resource !== 'secrets' && resource !== 'serviceaccounts') return null;
      if (clientIp === null || isSystem(event) || !succeeded(event)) return null;
      const account = await taken(event, view);
      if (account === null || account === username) return null;
      const how = resource === 'secrets' ? 'read its secret' : 'requested a token for it';
      takings.set(account, { by: username, from: clientIp, how }, now);
      return null;
    };
  },
  fires: {
    cluster: `
apiVersion: v1
kind: ServiceAccount
metadata: { name: deployer, namespace: ci }
---
apiVersion: v1
kind: Secret
metadata: { name: deployer-token, namespace: ci, annotations: { kubernetes.io/service-account.name: deployer } }
type: kubernetes.io/service-account-token
`,
    events: [
      request({
        as: 'mallory',
        at: '10:00:00',
        verb: 'get',
        objectRef: { resource: 'secrets', namespace: 'ci', name: 'deployer-token' },
      }),
      request({
        as: 'system:serviceaccount:ci:deployer',
        at: '10:04:00',
        verb: 'list',
        objectRef: { resource: 'pods', namespace: 'ci' },
      }),
    ],
  },
  nearMiss: {
    because: 'The account acts from an address of its own, as it does all day.',
    change: {
      events: [
        request({
          as: 'mallory',
          at: '10:00:00',
          verb: 'get',
          objectRef: { resource: 'secrets', namespace: 'ci', name: 'deployer-token' },
        }),
        request({
          as: 'system:serviceaccount:ci:deployer',
          at: '10:04:00',
          verb: 'list',
          objectRef: { resource: 'pods', namespace: 'ci' },
          sourceIPs: ['10.0.0.7'],
        }),
      ],
    },
  },
});
