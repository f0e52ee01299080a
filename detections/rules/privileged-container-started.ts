import { defineDetection } from './define.ts';

export const privilegedContainerStarted = defineDetection({
  name: 'Privileged container started',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [
    { id: 'T1611', name: 'Escape to Host' },
    { id: 'T1610', name: 'Deploy Container' },
  ],
  description:
    'A workload with a privileged container was started. Such a container is root on its node for whoever is in it.',
  remediation:
    'Give it the capabilities that it needs instead; keep privileged pods out of the namespace by Pod Security.',
  falsePositives: 'Agents of storage, network and security: suppress them by image and namespace.',
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/'],
  condition:
    'answered and starts_workload and succeeded and (ka.req.pod.containers.privileged intersects (true) or ka.req.pod.initContainers.privileged intersects (true))',
  output:
    'Privileged container started (pod=%ka.target.name namespace=%ka.target.namespace user=%ka.user.name images=%ka.req.pod.containers.image)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a1b',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/pods',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'pods', namespace: 'shop', name: 'job-1', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'job-1', namespace: 'shop' },
      spec: {
        containers: [{ name: 'main', image: 'registry.example.com/app:1.2', securityContext: { privileged: true } }],
      },
    },
  },
  nearMiss: {
    because: 'The container has no privileges.',
    change: {
      requestObject: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'job-1', namespace: 'shop' },
        spec: {
          containers: [{ name: 'main', image: 'registry.example.com/app:1.2', securityContext: { privileged: false } }],
        },
      },
    },
  },
});
