import { defineDetection } from './define.ts';

export const longLivedServiceAccountTokenMade = defineDetection({
  name: 'Long-lived service account token made',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1098.001', name: 'Additional Cloud Credentials' }],
  description:
    'A Secret was made of the type that the cluster fills with a token for a service account. The token never expires: it is a back door that outlives passwords and pods.',
  remediation: 'Delete the Secret, which ends the token. Use tokens that expire.',
  falsePositives: 'Systems outside of the cluster which can use no others: suppress them by namespace.',
  references: ['https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets'],
  // Audit policies that keep the bodies of secrets are rare, and rightly so: by metadata alone this cannot be seen.
  condition: `answered and ka.verb = create and succeeded and ka.target.resource = secrets and not system_actor
    and jevt.value[/requestObject/type] = kubernetes.io/service-account-token`,
  output:
    'Long-lived service account token made (user=%ka.user.name secret=%ka.target.name namespace=%ka.target.namespace)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a24',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/ci/secrets',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'secrets', namespace: 'ci', name: 'keep', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Secret',
      metadata: { name: 'keep', annotations: { 'kubernetes.io/service-account.name': 'deployer' } },
      type: 'kubernetes.io/service-account-token',
    },
  },
  nearMiss: {
    because: 'It is a secret of the application.',
    change: { requestObject: { kind: 'Secret', metadata: { name: 'keep' }, type: 'Opaque' } },
  },
});
