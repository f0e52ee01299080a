import { defineDetection } from './define.ts';

export const bindingToClusterAdmin = defineDetection({
  name: 'Binding to cluster-admin',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1098.006', name: 'Additional Container Cluster Roles' }],
  description:
    'A ClusterRoleBinding, or a RoleBinding, to cluster-admin was made or changed. Whoever it names may do everything, in the cluster or in the namespace: it is the plainest way to keep the power over a cluster once it is had.',
  remediation:
    'Delete the binding unless somebody answers for it. Give the subject a role with the rights it uses, and look at what it did since.',
  falsePositives: 'Installing a cluster, and operators that ask for too much: give those a role of their own.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles'],
  condition: `answered and writes and succeeded and ka.target.resource in (clusterrolebindings, rolebindings)
    and not ka.target.subresource exists and ka.req.binding.role = cluster-admin and not system_actor`,
  output:
    'Binding to cluster-admin (user=%ka.user.name verb=%ka.verb binding=%ka.target.name namespace=%ka.target.namespace subjects=%ka.req.binding.subjects)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a02',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    user: { username: 'alice', groups: ['system:authenticated'] },
    objectRef: {
      resource: 'clusterrolebindings',
      name: 'keep',
      apiGroup: 'rbac.authorization.k8s.io',
      apiVersion: 'v1',
    },
    responseStatus: { code: 201 },
    requestObject: {
      kind: 'ClusterRoleBinding',
      metadata: { name: 'keep' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'builder', namespace: 'ci' }],
    },
  },
  nearMiss: {
    because: 'The role is view, which may read, and no secrets.',
    change: {
      requestObject: {
        kind: 'ClusterRoleBinding',
        metadata: { name: 'keep' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: 'builder', namespace: 'ci' }],
      },
    },
  },
});
