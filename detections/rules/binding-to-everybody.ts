import { defineDetection } from './define.ts';

export const bindingToEverybody = defineDetection({
  name: 'Binding to everybody',
  source: 'k8s_audit',
  severity: 'HIGH',
  attack: [{ id: 'T1098.006', name: 'Additional Container Cluster Roles' }],
  description:
    'A binding names system:anonymous, system:unauthenticated or system:authenticated: its role is held by whoever reaches the API server, with no credentials or with any. On some clouds, any account of the provider counts as authenticated.',
  remediation: 'Delete the binding. Look for requests that used it, in the audit log, by the reason of the authorizer.',
  falsePositives: 'None that we know of, outside of the bindings that Kubernetes makes itself.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles'],
  condition: `answered and writes and succeeded and ka.target.resource in (clusterrolebindings, rolebindings) and not system_actor
    and (ka.req.binding.subjects.user_names intersects (system:anonymous)
      or ka.req.binding.subjects.group_names intersects (system:unauthenticated, system:authenticated))`,
  output:
    'Binding to everybody (user=%ka.user.name verb=%ka.verb binding=%ka.target.name namespace=%ka.target.namespace role=%ka.req.binding.role subjects=%ka.req.binding.subjects)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a17',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: {
      resource: 'clusterrolebindings',
      name: 'open',
      apiGroup: 'rbac.authorization.k8s.io',
      apiVersion: 'v1',
    },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'ClusterRoleBinding',
      metadata: { name: 'open' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'Group', name: 'system:unauthenticated' }],
    },
  },
  nearMiss: {
    because: 'It names one group of the company.',
    change: {
      requestObject: {
        kind: 'ClusterRoleBinding',
        metadata: { name: 'open' },
        roleRef: { kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'Group', name: 'developers' }],
      },
    },
  },
});
