import { defineDetection } from './define.ts';

export const roleWithHighPrivileges = defineDetection({
  name: 'Role with high privileges',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [{ id: 'T1098.006', name: 'Additional Container Cluster Roles' }],
  description:
    'A role was made or changed that holds a wildcard over verbs and resources, or a right that leads to all others: bind, escalate, impersonate, tokens of service accounts, exec by way of the kubelet.',
  remediation: 'Ask who needs it. Name verbs and resources one by one; leave bind, escalate and impersonate out.',
  falsePositives: 'Operators bring such roles with them: suppress it for the account that installs them.',
  references: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/'],
  condition: `answered and writes and succeeded and ka.target.resource in (roles, clusterroles) and not system_actor
    and ((ka.req.role.rules.verbs intersects ("*") and ka.req.role.rules.resources intersects ("*"))
      or ka.req.role.rules.verbs intersects (bind, escalate, impersonate)
      or (ka.req.role.rules.resources intersects (serviceaccounts/token, nodes/proxy) and ka.req.role.rules.verbs intersects (create, get, "*")))`,
  output:
    'Role with high privileges (user=%ka.user.name verb=%ka.verb role=%ka.target.name namespace=%ka.target.namespace verbs=%ka.req.role.rules.verbs resources=%ka.req.role.rules.resources)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a16',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'clusterroles', name: 'helper', apiGroup: 'rbac.authorization.k8s.io', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'ClusterRole',
      metadata: { name: 'helper' },
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
    },
  },
  nearMiss: {
    because: 'It may read pods, and nothing else.',
    change: {
      requestObject: {
        kind: 'ClusterRole',
        metadata: { name: 'helper' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
      },
    },
  },
});
