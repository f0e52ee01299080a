import { defineDetection } from './define.ts';

export const podInTheNamespacesOfItsNode = defineDetection({
  name: 'Pod in the namespaces of its node',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  description:
    'A workload shares the processes, the network or the shared memory of its node. With its processes it sees, and with a capability more takes, everything that runs there; with its network it is past every network policy.',
  remediation: 'Leave hostPID, hostIPC and hostNetwork out; keep them out of the namespace by Pod Security.',
  falsePositives: 'Agents of network, monitoring and security: suppress them by image and namespace.',
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/'],
  condition:
    'answered and starts_workload and succeeded and (ka.req.pod.host_pid = true or ka.req.pod.host_ipc = true or ka.req.pod.host_network = true)',
  output:
    'Pod in the namespaces of its node (pid=%ka.req.pod.host_pid ipc=%ka.req.pod.host_ipc network=%ka.req.pod.host_network pod=%ka.target.name namespace=%ka.target.namespace user=%ka.user.name images=%ka.req.pod.containers.image)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a1d',
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
      spec: { hostPID: true, containers: [{ name: 'main', image: 'registry.example.com/app:1.2' }] },
    },
  },
  nearMiss: {
    because: 'It has namespaces of its own.',
    change: {
      requestObject: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'job-1', namespace: 'shop' },
        spec: { hostPID: false, containers: [{ name: 'main', image: 'registry.example.com/app:1.2' }] },
      },
    },
  },
});
