import { defineDetection } from './define.ts';

export const requestThroughTheKubeletOfANode = defineDetection({
  name: 'Request through the kubelet of a node',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  description:
    'Somebody used the nodes/proxy subresource to speak to a kubelet. Commands that are run so are in no audit log, and pass no admission.',
  remediation:
    'Take nodes/proxy from the role; grant nodes/metrics, nodes/stats or nodes/log, which suffice for monitoring.',
  falsePositives: 'Old monitoring agents that read metrics by this way.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/'],
  condition: `session_started and ka.target.resource = nodes and ka.target.subresource = proxy and succeeded
    and not ka.uri contains anyof (/proxy/metrics, /proxy/stats, /proxy/healthz, /proxy/configz)`,
  output: 'Request through the kubelet of a node (user=%ka.user.name verb=%ka.verb node=%ka.target.name uri=%ka.uri)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a20',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'create',
    requestURI: '/api/v1/nodes/worker-1/proxy/run/shop/web-0/main',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'nodes', name: 'worker-1', apiVersion: 'v1', subresource: 'proxy' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  nearMiss: {
    because: 'It reads metrics.',
    change: { verb: 'get', requestURI: '/api/v1/nodes/worker-1/proxy/metrics/cadvisor' },
  },
});
