import type { AuditRecord } from '../../collectors/audit/event.ts';
import { actorOf } from './actor.ts';
import { defineCorrelation } from './define.ts';
import { eventTime, isSystem } from './event-time.ts';
import { recent } from './recent.ts';
import { refused, request } from './request.ts';
import { placeOf, succeeded, targetOf } from './target.ts';

const windowMs = 15 * 60_000;
const fewest = 5;
const mostDeeds = 64;
/** What informers do again and again until their role is there, without anybody's guile. */
const waiting: ReadonlySet<string> = new Set(['list', 'watch']);

function deedOf({ verb, objectRef }: AuditRecord): string {
  const { apiGroup, resource, subresource, namespace } = objectRef ?? {};
  return [verb, apiGroup, resource, subresource, namespace].map((part) => part ?? '').join(' ');
}

const attempts = ['secrets', 'configmaps', 'pods', 'serviceaccounts', 'services'].map((resource, second) =>
  request({
    as: 'system:serviceaccount:shop:web',
    at: `10:00:0${second}`,
    verb: 'get',
    objectRef: { resource, namespace: 'payments', name: 'main' },
    ...refused,
  }),
);
const letIn = request({
  as: 'system:serviceaccount:shop:web',
  at: '10:05:00',
  verb: 'get',
  objectRef: { resource: 'secrets', namespace: 'payments', name: 'main' },
});

export const refusedOftenThenLetIn = defineCorrelation({
  name: 'Refused often, then let in',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1078', name: 'Valid Accounts' },
    { id: 'T1613', name: 'Container and Resource Discovery' },
  ],
  description:
    'An identity was refused at least five different things, and then succeeded with one of them: it tried what it may, and somebody has given it more, or it has helped itself to a right.',
  condition: `At least ${fewest} different deeds (verb, resource, namespace; not list and watch, which informers try again) refused within ${windowMs / 60_000} minutes to an identity that is not the system, then one of them allowed.`,
  needs: 'ka.allowed exists and ka.verb in (get, create, update, patch, delete)',
  remediation:
    'See who changed its rights in between, and whether they meant to. If not, undo it, and take the identity for compromised.',
  falsePositives: 'Operators that start before their role is there, and write without waiting.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/authorization/'],
  watch: () => {
    const refusals = recent<Set<string>>(windowMs);
    return ({ event }) => {
      const { record, derived } = event;
      if (waiting.has(record.verb) || isSystem(event) || derived.actorKind === 'anonymous') return null;
      const now = eventTime(event);
      const { username = '' } = record.impersonatedUser ?? record.user ?? {};
      const before = refusals.get(username, now);
      if (derived.allowed === false) {
        const deeds = before ?? new Set();
        if (deeds.size < mostDeeds) deeds.add(deedOf(record));
        refusals.set(username, deeds, now);
        return null;
      }
      if (before === undefined || before.size < fewest || !before.has(deedOf(record)) || !succeeded(event)) return null;
      refusals.delete(username);
      const target = targetOf(event);
      const { resource, subresource } = record.objectRef ?? {};
      const what = `${record.verb} ${[resource, subresource].filter(Boolean).join('/')}`;
      return {
        namespace: placeOf(event),
        output: `${username} may now ${what}, after ${before.size} different requests of it were refused`,
        fields: { 'ka.user.name': username, 'ka.verb': record.verb, 'portolan.refused': before.size },
        subjects: [actorOf(event).identity, ...(target === null ? [] : [target])],
      };
    };
  },
  fires: { cluster: '', events: [...attempts, letIn] },
  nearMiss: {
    because: 'What it may do now is something it was never refused.',
    change: {
      events: [...attempts, { ...letIn, objectRef: { resource: 'secrets', namespace: 'shop', name: 'main' } }],
    },
  },
});
