import { defineDetection } from './define.ts';

export const networkPolicyDeleted = defineDetection({
  name: 'Network policy deleted',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [{ id: 'T1562.007', name: 'Disable or Modify Cloud Firewall' }],
  description: 'A network policy was deleted: its pods may be reached, or reach out, where they could not before.',
  remediation: 'Put it back unless somebody answers for it.',
  falsePositives: 'Removing an application with all that belongs to it.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/network-policies/'],
  condition: `answered and ka.verb in (delete, deletecollection) and succeeded and not system_actor
    and ka.target.resource in (networkpolicies, adminnetworkpolicies, baselineadminnetworkpolicies, ciliumnetworkpolicies, ciliumclusterwidenetworkpolicies, globalnetworkpolicies)`,
  output:
    'Network policy deleted (user=%ka.user.name kind=%ka.target.resource name=%ka.target.name namespace=%ka.target.namespace)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a29',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'delete',
    requestURI: '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/default-deny',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: {
      resource: 'networkpolicies',
      namespace: 'shop',
      name: 'default-deny',
      apiGroup: 'networking.k8s.io',
      apiVersion: 'v1',
    },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  nearMiss: {
    because: 'A policy was added.',
    change: { verb: 'create', responseStatus: { code: 201 } },
  },
});
