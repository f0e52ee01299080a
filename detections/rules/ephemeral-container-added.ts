import { defineDetection } from './define.ts';

export const ephemeralContainerAdded = defineDetection({
  name: 'Ephemeral container added',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  description:
    'Somebody added a container to a running pod, as kubectl debug does: it sees the processes and volumes of the pod, its token among them.',
  remediation: 'Ask the user whether it was them. If not, revoke their credentials, and take the pod for compromised.',
  falsePositives: 'Debugging. Suppress it for the users and namespaces where that is expected.',
  references: ['https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/'],
  condition:
    'answered and ka.verb in (patch, update) and succeeded and ka.target.resource = pods and ka.target.subresource = ephemeralcontainers',
  output:
    'Ephemeral container added (user=%ka.user.name pod=%ka.target.name namespace=%ka.target.namespace images=%ka.req.pod.ephemeralContainers.image)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a1f',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'patch',
    requestURI: '/api/v1/namespaces/shop/pods/web-0/ephemeralcontainers',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: {
      resource: 'pods',
      namespace: 'shop',
      name: 'web-0',
      apiVersion: 'v1',
      subresource: 'ephemeralcontainers',
    },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: { spec: { ephemeralContainers: [{ name: 'debugger', image: 'busybox' }] } },
  },
  nearMiss: {
    because: 'It was refused.',
    change: { responseStatus: { code: 403 }, annotations: { 'authorization.k8s.io/decision': 'forbid' } },
  },
});
