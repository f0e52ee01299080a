import { defineDetection } from './define.ts';

export const actingInTheNameOfAnAdministrator = defineDetection({
  name: 'Acting in the name of an administrator',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1078', name: 'Valid Accounts' },
    { id: 'T1134.003', name: 'Make and Impersonate Token' },
  ],
  description: 'Somebody sent a request in the name of a user or group that may do everything, by impersonation.',
  remediation: 'Take impersonate from the role, or restrict it by resourceNames; ask the user whether it was them.',
  falsePositives: 'kubectl --as by an administrator, and proxies of managed clusters: suppress them by user.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation'],
  condition: `session_started and (ka.impuser.name in (system:admin, kubernetes-admin, admin, cluster-admin, masterclient)
      or jevt.value[/impersonatedUser/groups] contains "system:masters") and not ka.actor.kind in (system, node)`,
  output:
    'Acting in the name of an administrator (user=%ka.user.name as=%ka.impuser.name verb=%ka.verb resource=%ka.target.resource name=%ka.target.name)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a25',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'list',
    requestURI: '/api/v1/namespaces/shop/secrets',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'secrets', namespace: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    impersonatedUser: { username: 'helper', groups: ['system:masters', 'system:authenticated'] },
  },
  nearMiss: {
    because: 'It acts in the name of a developer.',
    change: { impersonatedUser: { username: 'bob', groups: ['developers', 'system:authenticated'] } },
  },
});
