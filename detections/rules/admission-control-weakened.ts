import { defineDetection } from './define.ts';

export const admissionControlWeakened = defineDetection({
  name: 'Admission control weakened',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1562.001', name: 'Disable or Modify Tools' }],
  description:
    'A validating webhook, an admission policy or its binding was deleted: what it kept out may now come in. Attackers do it before they start a privileged pod.',
  remediation: 'Put it back, and look at what was admitted in between: pods above all.',
  falsePositives: 'Removing or upgrading a policy engine.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/'],
  condition: `answered and ka.verb in (delete, deletecollection) and succeeded and not system_actor
    and ka.target.resource in (validatingwebhookconfigurations, validatingadmissionpolicies, validatingadmissionpolicybindings)`,
  output: 'Admission control weakened (user=%ka.user.name verb=%ka.verb kind=%ka.target.resource name=%ka.target.name)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a0c',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'delete',
    requestURI: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/no-privileged',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: {
      resource: 'validatingadmissionpolicybindings',
      name: 'no-privileged',
      apiGroup: 'admissionregistration.k8s.io',
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
