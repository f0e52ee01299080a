import { type Ask, review, takesNew } from './ask.ts';
import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';
import { createWorkload } from './workloads.ts';

export const podCreateWithSecret = defineEdge({
  name: 'POD_CREATE_WITH_SECRET',
  class: 'technique',
  attack: [
    { id: 'T1610', name: 'Deploy Container' },
    { id: 'T1552.007', name: 'Unsecured Credentials: Container API' },
  ],
  from: ['PermissionSet'],
  to: ['Secret'],
  difficulty: 2,
  summary: 'Starts a pod that mounts any secret of the namespace, and reads it there.',
  precondition:
    'create on pods, or on a built-in kind that makes pods, in the namespace of the secret, which is not being deleted. Pod Security does not prevent it. Not modelled: the annotation kubernetes.io/enforce-mountable-secrets of service accounts, and the names of secrets, which must be known.',
  remediation: 'Keep secrets out of namespaces where others may create workloads.',
  references: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation'],
  asks: (secret): readonly (readonly Ask[])[] =>
    createWorkload.map((right) => [
      review(right.verb, right.resource, { group: right.group, namespace: secret.namespace }),
      takesNew(secret.namespace),
    ]),
  derive: { PermissionSet: overObjects('Secret', () => createWorkload, 'where objects may be created') },
});
