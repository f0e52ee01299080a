import { defineDetection } from './define.ts';

export const portForwardedIntoAPod = defineDetection({
  name: 'Port forwarded into a pod',
  source: 'k8s_audit',
  severity: 'INFORMATIONAL',
  attack: [
    { id: 'T1090.001', name: 'Internal Proxy' },
    { id: 'T1572', name: 'Protocol Tunneling' },
  ],
  description:
    'Somebody opened a tunnel through the API server to a port of a pod, past every network policy, and to what listens on its loopback address only.',
  remediation: 'Ask the user whether it was them; keep pods/portforward from whoever does not need it.',
  falsePositives: 'Debugging. Suppress it for the users and namespaces where that is expected.',
  references: ['https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/'],
  condition: 'session_started and ka.action = portforward and succeeded and not system_actor',
  output:
    'Port forwarded into a pod (user=%ka.user.name pod=%ka.target.name namespace=%ka.target.namespace address=%ka.sourceips)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a21',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/pods/db-0/portforward',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'pods', namespace: 'shop', name: 'db-0', apiVersion: 'v1', subresource: 'portforward' },
    responseStatus: { code: 101 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  nearMiss: {
    because: 'It reads the log of the pod.',
    change: {
      verb: 'get',
      requestURI: '/api/v1/namespaces/shop/pods/db-0/log',
      objectRef: { resource: 'pods', namespace: 'shop', name: 'db-0', apiVersion: 'v1', subresource: 'log' },
      responseStatus: { code: 200 },
    },
  },
});
