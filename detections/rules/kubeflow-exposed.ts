import { defineDetection } from './define.ts';

export const kubeflowExposed = defineDetection({
  name: 'Kubeflow exposed',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1133', name: 'External Remote Services' }],
  description:
    'A way into Kubeflow was given an address outside of the cluster. Its dashboard starts containers for whoever reaches it: miners have come in that way.',
  remediation: 'Delete the service or restrict who reaches it; put a login before it that is not the default one.',
  falsePositives: 'A load balancer that only an inner network reaches: suppress it by namespace.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types'],
  condition: `answered and writes and succeeded and ka.target.resource = services and ka.req.service.type in (LoadBalancer, NodePort)
    and (ka.target.name in (ml-pipeline-ui, jupyter-web-app-service, centraldashboard) or ka.target.name contains kubeflow
      or ka.target.namespace = kubeflow)`,
  output:
    'Kubeflow exposed (user=%ka.user.name service=%ka.target.name namespace=%ka.target.namespace type=%ka.req.service.type ports=%ka.req.service.ports)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a11',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/tools/services',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'services', namespace: 'tools', name: 'centraldashboard', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'centraldashboard', namespace: 'tools' },
      spec: { type: 'LoadBalancer', selector: { app: 'centraldashboard' }, ports: [{ port: 80, targetPort: 80 }] },
    },
  },
  nearMiss: {
    because: 'The service has an address in the cluster only.',
    change: {
      requestObject: {
        kind: 'Service',
        apiVersion: 'v1',
        metadata: { name: 'centraldashboard', namespace: 'tools' },
        spec: { type: 'ClusterIP', selector: { app: 'centraldashboard' }, ports: [{ port: 80, targetPort: 80 }] },
      },
    },
  },
});
