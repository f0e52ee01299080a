import { ref } from '../model/ref.ts';
import { because, type DerivedEdge, defineEdge, fact } from './define.ts';

export const secretIsTokenFor = defineEdge({
  name: 'SECRET_IS_TOKEN_FOR',
  class: 'technique',
  attack: [{ id: 'T1528', name: 'Steal Application Access Token' }],
  from: ['Secret'],
  to: ['ServiceAccount'],
  difficulty: 0,
  summary: 'Uses the token that a secret holds, which does not expire.',
  precondition:
    'The secret is of type kubernetes.io/service-account-token, and its annotation kubernetes.io/service-account.name names a service account of its namespace. Not modelled: whether the controller has filled it in.',
  remediation: 'Delete the secret and use short-lived tokens: projected volumes in pods, TokenRequest elsewhere.',
  references: [
    'https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets',
    'https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#manual-secret-management-for-serviceaccounts',
  ],
  derive: {
    *Secret(secret): Iterable<DerivedEdge> {
      const account = secret.properties.serviceAccount;
      if (account == null || secret.namespace === null) return;
      yield {
        from: secret.ref,
        to: ref('ServiceAccount', secret.namespace, account),
        evidence: because(fact(secret.ref, 'metadata.annotations[kubernetes.io/service-account.name]')),
      };
    },
  },
});
