import { defineDetection } from './define.ts';

export const apiServiceRegistered = defineDetection({
  name: 'API service registered',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [
    { id: 'T1557', name: 'Adversary-in-the-Middle' },
    { id: 'T1543', name: 'Create or Modify System Process' },
  ],
  description:
    'Part of the API was handed to a server of its own. It receives every request for its groups, with the names of those who ask.',
  remediation: 'Find out who runs the service behind it; delete the APIService if nobody answers for it.',
  falsePositives: 'Installing metrics-server or other aggregated API servers.',
  references: ['https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/'],
  condition:
    'answered and writes and succeeded and ka.target.resource = apiservices and not ka.target.subresource exists and not system_actor',
  output: 'API service registered (user=%ka.user.name verb=%ka.verb name=%ka.target.name)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a2b',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/apis/apiregistration.k8s.io/v1/apiservices',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: {
      resource: 'apiservices',
      name: 'v1.steal.example.com',
      apiGroup: 'apiregistration.k8s.io',
      apiVersion: 'v1',
    },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'APIService',
      metadata: { name: 'v1.steal.example.com' },
      spec: { service: { name: 'steal', namespace: 'shop' } },
    },
  },
  nearMiss: {
    because: 'It only reports how it does.',
    change: {
      verb: 'update',
      objectRef: {
        resource: 'apiservices',
        name: 'v1.steal.example.com',
        apiGroup: 'apiregistration.k8s.io',
        apiVersion: 'v1',
        subresource: 'status',
      },
      responseStatus: { code: 200 },
    },
  },
});
