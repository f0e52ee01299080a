import { defineDetection } from './define.ts';

export const kubernetesEventsDeleted = defineDetection({
  name: 'Kubernetes events deleted',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [{ id: 'T1070', name: 'Indicator Removal' }],
  description:
    'Somebody deleted events. They expire by themselves within hours, so that there is hardly a reason to, other than to hide what was done.',
  remediation: 'Ask who did it. The audit log still holds what the events were about: read it for that time and user.',
  falsePositives: 'Tests that clean up a namespace with everything in it; the namespace controller does not count.',
  references: ['https://attack.mitre.org/techniques/T1070/'],
  condition:
    'answered and ka.verb in (delete, deletecollection) and succeeded and ka.target.resource = events and not system_actor',
  output: 'Kubernetes events deleted (user=%ka.user.name verb=%ka.verb namespace=%ka.target.namespace)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a0f',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'deletecollection',
    requestURI: '/api/v1/namespaces/shop/events',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'events', namespace: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  nearMiss: {
    because: 'The namespace controller empties a namespace that is being deleted.',
    change: {
      user: {
        username: 'system:serviceaccount:kube-system:namespace-controller',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
      },
    },
  },
});
