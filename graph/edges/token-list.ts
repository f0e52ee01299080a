import { type Ask, review } from './ask.ts';
import { type DerivedEdge, defineEdge } from './define.ts';
import { grantOf, ruleEvidence } from './rights.ts';

const verbs = ['list', 'watch'];

export const tokenList = defineEdge({
  name: 'TOKEN_LIST',
  class: 'technique',
  attack: [{ id: 'T1528', name: 'Steal Application Access Token' }],
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  difficulty: 1,
  summary: 'Lists the secrets of a namespace, and acts as the service accounts whose tokens are among them.',
  precondition:
    'list or watch on all secrets of the namespace, and a token Secret of the service account is there. Rights with resourceNames are SECRET_READ, from which SECRET_IS_TOKEN_FOR leads on.',
  remediation: 'Delete token Secrets, which nothing needs since Kubernetes 1.24; remove list and watch on secrets.',
  references: [
    'https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets',
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets',
  ],
  asks: (account, read): readonly (readonly Ask[])[] =>
    read.in(account.ref, 'SECRET_IS_TOKEN_FOR').length === 0
      ? []
      : verbs.map((verb) => [review(verb, 'secrets', { namespace: account.namespace })]),
  derive: {
    *PermissionSet(set): Iterable<DerivedEdge> {
      const rules = set.properties.rules ?? [];
      const found = verbs.flatMap((verb) => grantOf(rules, { verb, group: '', resource: 'secrets' })?.all ?? []);
      if (found.length === 0) return;
      const to = {
        members: 'ServiceAccount',
        namespace: set.properties.scope ?? null,
        only: 'with a token Secret',
      } as const;
      yield { from: set.ref, to, evidence: ruleEvidence(set, found) };
    },
  },
});
