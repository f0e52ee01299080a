import { defineDetection } from './define.ts';

export const serviceTakesAddressesOfOthers = defineDetection({
  name: 'Service takes addresses of others',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1557', name: 'Adversary-in-the-Middle' }],
  description:
    'A service names external addresses: within the cluster, traffic to those goes to its pods from now on (CVE-2020-8554).',
  remediation:
    'Delete the service unless somebody answers for it; keep externalIPs out by the admission plugin DenyServiceExternalIPs.',
  falsePositives: 'Clusters on bare metal that announce addresses so.',
  references: ['https://github.com/kubernetes/kubernetes/issues/97076'],
  condition: `answered and writes and succeeded and ka.target.resource = services and not system_actor
    and jevt.value[/requestObject/spec/externalIPs/0] exists`,
  output:
    'Service takes addresses of others (user=%ka.user.name service=%ka.target.name namespace=%ka.target.namespace)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a2a',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/services',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'services', namespace: 'shop', name: 'dns', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Service',
      metadata: { name: 'dns' },
      spec: { externalIPs: ['203.0.113.53'], ports: [{ port: 53 }] },
    },
  },
  nearMiss: {
    because: 'It has no addresses but its own.',
    change: { requestObject: { kind: 'Service', metadata: { name: 'dns' }, spec: { ports: [{ port: 53 }] } } },
  },
});
