import { type Ask, review, takesNew } from './ask.ts';
import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';
import { createWorkload } from './workloads.ts';

export const podCreateWithSa = defineEdge({
  name: 'POD_CREATE_WITH_SA',
  class: 'technique',
  attack: [
    { id: 'T1610', name: 'Deploy Container' },
    { id: 'T1078', name: 'Valid Accounts' },
  ],
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  difficulty: 2,
  summary: 'Starts a pod that runs as any service account of the namespace, and uses its token.',
  precondition:
    'create on pods, or on a built-in kind that makes pods, in the namespace of the service account, which is not being deleted. Pod Security does not prevent it.',
  remediation: 'Keep powerful service accounts out of namespaces where others may create workloads.',
  references: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation'],
  asks: (account) =>
    createWorkload.map((right): readonly Ask[] => [
      review(right.verb, right.resource, { group: right.group, namespace: account.namespace }),
      takesNew(account.namespace),
    ]),
  derive: { PermissionSet: overObjects('ServiceAccount', () => createWorkload, 'where objects may be created') },
});
