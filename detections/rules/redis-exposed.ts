import { defineDetection } from './define.ts';

export const redisExposed = defineDetection({
  name: 'Redis exposed',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1133', name: 'External Remote Services' }],
  description:
    'A service that leads to Redis was given an address outside of the cluster. Redis asks for no password unless told to, and whoever writes to it can have it write files: that is code execution.',
  remediation:
    'Delete the service, or make it a ClusterIP. Check the keys and the configuration (dir, dbfilename) for what does not belong there.',
  falsePositives: 'A load balancer that only an inner network reaches: suppress it by namespace.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types'],
  condition: `answered and writes and succeeded and ka.target.resource = services and ka.req.service.type in (LoadBalancer, NodePort)
    and (ka.target.name contains redis or jevt.value[/requestObject/spec/selector/app] contains redis or ka.req.service.ports intersects ("6379") or jevt.value[/requestObject/spec/ports/0/port] = 6379)`,
  output:
    'Redis exposed (user=%ka.user.name service=%ka.target.name namespace=%ka.target.namespace type=%ka.req.service.type ports=%ka.req.service.ports)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a12',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/tools/services',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'services', namespace: 'tools', name: 'redis', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'redis', namespace: 'tools' },
      spec: { type: 'LoadBalancer', selector: { app: 'redis' }, ports: [{ port: 6379, targetPort: 6379 }] },
    },
  },
  nearMiss: {
    because: 'The service has an address in the cluster only.',
    change: {
      requestObject: {
        kind: 'Service',
        apiVersion: 'v1',
        metadata: { name: 'redis', namespace: 'tools' },
        spec: { type: 'ClusterIP', selector: { app: 'redis' }, ports: [{ port: 6379, targetPort: 6379 }] },
      },
    },
  },
});
