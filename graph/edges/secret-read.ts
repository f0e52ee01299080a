import { type Ask, review } from './ask.ts';
import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';

const verbs = ['get', 'list', 'watch'];

export const secretRead = defineEdge({
  name: 'SECRET_READ',
  class: 'technique',
  attack: [{ id: 'T1552.007', name: 'Unsecured Credentials: Container API' }],
  from: ['PermissionSet'],
  to: ['Secret'],
  difficulty: 1,
  summary: 'Reads a secret through the API server.',
  precondition:
    'get, list or watch on secrets, in the namespace of the secret: list and watch return contents, too; resourceNames apply to all three. Not modelled: get alone needs to know the name.',
  remediation: 'Mount the secret where it is used, and name by resourceNames what must be read through the API.',
  references: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets'],
  asks: (secret): readonly (readonly Ask[])[] =>
    verbs.map((verb) => [review(verb, 'secrets', { namespace: secret.namespace, name: secret.name })]),
  derive: {
    PermissionSet: overObjects('Secret', () => verbs.map((verb) => ({ verb, group: '', resource: 'secrets' }))),
  },
});
