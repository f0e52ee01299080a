import { type Ask, review } from './ask.ts';
import { type DerivedEdge, defineEdge } from './define.ts';
import { grantOf, ruleEvidence } from './rights.ts';

/** Whether a token Secret has the name that the controller gave it: five characters of 27, see k8s.io/apimachinery/pkg/util/rand. */
export function isGuessable(secret: string): boolean {
  return /-token-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(secret);
}

export const tokenBruteforce = defineEdge({
  name: 'TOKEN_BRUTEFORCE',
  class: 'technique',
  attack: [{ id: 'T1528', name: 'Steal Application Access Token' }],
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  difficulty: 6,
  summary: 'Guesses the name of the token Secret that Kubernetes made for a service account, one request a guess.',
  precondition:
    'get on all secrets of the namespace, and a token Secret of the service account has the five-character suffix of the controller of Kubernetes before 1.24: 14 million names.',
  remediation:
    'Delete token Secrets, which nothing needs since Kubernetes 1.24; name by resourceNames what may be got.',
  references: [
    'https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets',
    'https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/rand/rand.go',
  ],
  asks: (account, read): readonly (readonly Ask[])[] =>
    read.in(account.ref, 'SECRET_IS_TOKEN_FOR').some(isGuessable)
      ? [[review('get', 'secrets', { namespace: account.namespace })]]
      : [],
  derive: {
    *PermissionSet(set): Iterable<DerivedEdge> {
      const grant = grantOf(set.properties.rules ?? [], { verb: 'get', group: '', resource: 'secrets' });
      if (!grant || grant.all.length === 0) return;
      const only = 'with a guessable token Secret';
      const to = { members: 'ServiceAccount', namespace: set.properties.scope ?? null, only } as const;
      yield { from: set.ref, to, evidence: ruleEvidence(set, grant.all) };
    },
  },
});
