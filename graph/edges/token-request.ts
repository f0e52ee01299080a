import { review, takesNew } from './ask.ts';
import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';

export const tokenRequest = defineEdge({
  name: 'TOKEN_REQUEST',
  class: 'technique',
  attack: [{ id: 'T1528', name: 'Steal Application Access Token' }],
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  difficulty: 1,
  summary: 'Asks the API server for a token of a service account, and acts as it.',
  precondition:
    'create on serviceaccounts/token in the namespace of the service account, which is not being deleted; resourceNames apply.',
  remediation: 'Remove serviceaccounts/token from the role, or name the service accounts by resourceNames.',
  references: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request'],
  asks: (account) => [
    [
      review('create', 'serviceaccounts/token', { namespace: account.namespace, name: account.name }),
      takesNew(account.namespace),
    ],
  ],
  derive: {
    PermissionSet: overObjects(
      'ServiceAccount',
      () => [{ verb: 'create', group: '', resource: 'serviceaccounts/token' }],
      'where objects may be created',
    ),
  },
});
