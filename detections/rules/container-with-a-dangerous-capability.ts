import { defineDetection } from './define.ts';

export const containerWithADangerousCapability = defineDetection({
  name: 'Container with a dangerous capability',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  description:
    'A workload was started with a Linux capability by which a container is left: over modules, devices, other processes, files of others, or nearly everything (SYS_ADMIN).',
  remediation: 'Drop ALL, and add what is needed; keep the rest out of the namespace by Pod Security.',
  falsePositives: 'Agents of network, storage and security: suppress them by image and namespace.',
  references: ['https://man7.org/linux/man-pages/man7/capabilities.7.html'],
  condition: `answered and starts_workload and succeeded and (ka.req.pod.containers.add_capabilities intersects (ALL, SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO, DAC_READ_SEARCH, BPF, PERFMON, SYS_BOOT, MAC_ADMIN)
      or ka.req.pod.initContainers.add_capabilities intersects (ALL, SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO, DAC_READ_SEARCH, BPF, PERFMON, SYS_BOOT, MAC_ADMIN))`,
  output:
    'Container with a dangerous capability (capabilities=%ka.req.pod.containers.add_capabilities pod=%ka.target.name namespace=%ka.target.namespace user=%ka.user.name images=%ka.req.pod.containers.image)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a1e',
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
        containers: [
          {
            name: 'main',
            image: 'registry.example.com/app:1.2',
            securityContext: { capabilities: { add: ['SYS_PTRACE'] } },
          },
        ],
      },
    },
  },
  nearMiss: {
    because: 'It may bind to low ports, which harms nobody.',
    change: {
      requestObject: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'job-1', namespace: 'shop' },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'registry.example.com/app:1.2',
              securityContext: { capabilities: { add: ['NET_BIND_SERVICE'] } },
            },
          ],
        },
      },
    },
  },
});
