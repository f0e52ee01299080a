import { defineDetection } from './define.ts';

export const admissionWebhookChanged = defineDetection({
  name: 'Admission webhook changed',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [
    { id: 'T1546', name: 'Event Triggered Execution' },
    { id: 'T1556', name: 'Modify Authentication Process' },
  ],
  description:
    'A webhook that the API server asks about every object was made or changed. A mutating one may rewrite each pod that is created, a validating one sees what it is asked about, secrets among it.',
  remediation:
    'Find out who runs the service behind the webhook. Delete the configuration if nobody answers for it, and look at the pods that were created since.',
  falsePositives:
    'Installing a policy engine, a service mesh or cert-manager: suppress it for the account that installs them.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/'],
  condition: `answered and writes and succeeded and ka.target.resource in (mutatingwebhookconfigurations, validatingwebhookconfigurations)
    and not system_actor`,
  output: 'Admission webhook changed (user=%ka.user.name verb=%ka.verb kind=%ka.target.resource name=%ka.target.name)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a0b',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: {
      resource: 'mutatingwebhookconfigurations',
      name: 'inject',
      apiGroup: 'admissionregistration.k8s.io',
      apiVersion: 'v1',
    },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'inject' },
      webhooks: [{ name: 'inject.example.com', clientConfig: { url: 'https://198.51.100.4/' } }],
    },
  },
  nearMiss: {
    because: 'It is read, not changed.',
    change: { verb: 'get', responseStatus: { code: 200 } },
  },
});
