import { actorOf } from './actor.ts';
import { defineCorrelation } from './define.ts';
import { eventTime } from './event-time.ts';
import { recent } from './recent.ts';
import { request } from './request.ts';
import { placeOf, succeeded, targetOf } from './target.ts';

const windowMs = 15 * 60_000;

const account = 'system:serviceaccount:shop:web';
const looksUp = request({
  as: account,
  at: '10:00:00',
  verb: 'create',
  objectRef: { resource: 'selfsubjectrulesreviews', apiGroup: 'authorization.k8s.io' },
});
const reads = request({
  as: account,
  at: '10:01:00',
  verb: 'list',
  objectRef: { resource: 'secrets', namespace: 'shop' },
});

/** What is worth having rights for. */
function isPrize(resource: string, subresource: string, verb: string): boolean {
  if (resource === 'secrets') return verb === 'get' || verb === 'list';
  if (resource === 'pods') return ['exec', 'attach', 'ephemeralcontainers'].includes(subresource) || verb === 'create';
  if (resource === 'serviceaccounts') return subresource === 'token';
  return resource === 'nodes' && subresource === 'proxy';
}

export const rightsLookedUpThenUsed = defineCorrelation({
  name: 'Rights looked up, then used',
  source: 'k8s_audit',
  severity: 'HIGH',
  attack: [
    { id: 'T1069', name: 'Permission Groups Discovery' },
    { id: 'T1528', name: 'Steal Application Access Token' },
  ],
  description:
    'A service account asked what it may do, as people do who have just found its token, and then read secrets, entered or made a pod, requested a token or went through a kubelet. Programs know what they may do.',
  condition: `A SelfSubjectRulesReview by a service account outside kube-system; within ${windowMs / 60_000} minutes it reads or lists secrets, enters or makes a pod, requests a token or uses nodes/proxy, and succeeds.`,
  needs:
    'ka.target.resource = selfsubjectrulesreviews or (ka.target.resource = secrets and ka.verb in (get, list)) or ka.target.resource in (pods, serviceaccounts, nodes)',
  remediation:
    'Take the token for stolen: delete the pod it was issued to, and look at where the requests came from. Take from the account the rights it does not need.',
  falsePositives:
    'Tools that check their rights when they start, such as some backup and policy operators: suppress them by account.',
  references: [
    'https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access',
    'https://attack.mitre.org/techniques/T1069/',
  ],
  watch: () => {
    const lookedUp = recent<true>(windowMs);
    return ({ event }) => {
      const { record, derived } = event;
      const { namespace } = derived.actorServiceAccount ?? {};
      if (namespace === undefined || namespace === 'kube-system' || !succeeded(event)) return null;
      const { resource = '', subresource = '' } = record.objectRef ?? {};
      const now = eventTime(event);
      const { username = '' } = record.user ?? {};
      if (resource === 'selfsubjectrulesreviews') {
        lookedUp.set(username, true, now);
        return null;
      }
      if (!isPrize(resource, subresource, record.verb) || lookedUp.get(username, now) === undefined) return null;
      const target = targetOf(event);
      return {
        namespace: placeOf(event),
        output: `${username} looked up what it may do, and then did: ${derived.action} ${[resource, subresource].filter(Boolean).join('/')} ${record.objectRef?.namespace ?? ''}/${record.objectRef?.name ?? ''}`,
        fields: { 'ka.user.name': username, 'ka.verb': record.verb, address: derived.clientIp },
        subjects: [...(target === null ? [] : [target]), actorOf(event).identity],
      };
    };
  },
  fires: { cluster: '', events: [looksUp, reads] },
  nearMiss: {
    because: 'It asked about one right, as programs do that can go without.',
    change: {
      events: [
        { ...looksUp, objectRef: { resource: 'selfsubjectaccessreviews', apiGroup: 'authorization.k8s.io' } },
        reads,
      ],
    },
  },
});
