import { defineDetection } from './define.ts';

export const databaseExposedToEveryAddress = defineDetection({
  name: 'Database exposed to every address',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1133', name: 'External Remote Services' }],
  description: 'A service on the port of a database got a load balancer which takes connections from everywhere.',
  remediation:
    'Give it loadBalancerSourceRanges, or make it a ClusterIP. Check the users of the database and its log of logins.',
  falsePositives: 'A load balancer that only an inner network reaches: suppress it by namespace.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types'],
  condition: `answered and writes and succeeded and ka.target.resource = services and ka.req.service.type = LoadBalancer
    and jevt.value[/requestObject/spec/ports/0/port] in (5432, 3306, 1433, 1521, 27017, 9042, 9200, 5984, 8123, 11211)
    and (not jevt.value[/requestObject/spec/loadBalancerSourceRanges] exists or jevt.value[/requestObject/spec/loadBalancerSourceRanges] contains "0.0.0.0/0")`,
  output:
    'Database exposed to every address (user=%ka.user.name service=%ka.target.name namespace=%ka.target.namespace ports=%ka.req.service.ports)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a14',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/services',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'services', namespace: 'shop', name: 'orders-db', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Service',
      metadata: { name: 'orders-db' },
      spec: { type: 'LoadBalancer', ports: [{ port: 5432 }] },
    },
  },
  nearMiss: {
    because: 'Only one network may connect.',
    change: {
      requestObject: {
        kind: 'Service',
        metadata: { name: 'orders-db' },
        spec: { type: 'LoadBalancer', ports: [{ port: 5432 }], loadBalancerSourceRanges: ['192.0.2.0/24'] },
      },
    },
  },
});
