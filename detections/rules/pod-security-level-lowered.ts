import { defineDetection } from './define.ts';

export const podSecurityLevelLowered = defineDetection({
  name: 'Pod Security level lowered',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1562.001', name: 'Disable or Modify Tools' }],
  description:
    'A namespace was set to enforce the level privileged of Pod Security: whoever may create pods there may now take the nodes.',
  remediation: 'Set the level back to baseline or restricted, and look at the pods that were created since.',
  falsePositives:
    'Namespaces of the platform, such as for storage drivers, are made so: suppress it for the account that makes them.',
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-admission/'],
  condition: `answered and writes and succeeded and ka.target.resource = namespaces and not system_actor
    and jevt.value[/requestObject/metadata/labels/pod-security.kubernetes.io~1enforce] = privileged`,
  output: 'Pod Security level lowered (user=%ka.user.name namespace=%ka.target.name)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a0d',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'patch',
    requestURI: '/api/v1/namespaces/shop/namespaces/shop',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'namespaces', namespace: 'shop', name: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
  },
  nearMiss: {
    because: 'The level was raised.',
    change: { requestObject: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } } },
  },
});
