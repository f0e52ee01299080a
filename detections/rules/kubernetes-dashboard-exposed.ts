import { defineDetection } from './define.ts';

export const kubernetesDashboardExposed = defineDetection({
  name: 'Kubernetes dashboard exposed',
  source: 'k8s_audit',
  severity: 'HIGH',
  attack: [{ id: 'T1133', name: 'External Remote Services' }],
  description:
    'A service that leads to a dashboard was given an address outside of the cluster. Dashboards act with the rights of their service account for whoever gets past their login, and some have none.',
  remediation:
    'Delete the service; reach the dashboard through kubectl port-forward, and take from its service account what it does not need.',
  falsePositives: 'A load balancer that only an inner network reaches: suppress it by namespace.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types'],
  condition: `answered and writes and succeeded and ka.target.resource = services and ka.req.service.type in (LoadBalancer, NodePort)
    and (ka.target.name contains dashboard or jevt.value[/requestObject/spec/selector/k8s-app] contains dashboard or jevt.value[/requestObject/spec/selector/app.kubernetes.io~1name] contains dashboard)`,
  output:
    'Kubernetes dashboard exposed (user=%ka.user.name service=%ka.target.name namespace=%ka.target.namespace type=%ka.req.service.type ports=%ka.req.service.ports)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a10',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/tools/services',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'services', namespace: 'tools', name: 'kubernetes-dashboard', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'kubernetes-dashboard', namespace: 'tools' },
      spec: {
        type: 'LoadBalancer',
        selector: { app: 'kubernetes-dashboard' },
        ports: [{ port: 8443, targetPort: 8443 }],
      },
    },
  },
  nearMiss: {
    because: 'The service has an address in the cluster only.',
    change: {
      requestObject: {
        kind: 'Service',
        apiVersion: 'v1',
        metadata: { name: 'kubernetes-dashboard', namespace: 'tools' },
        spec: {
          type: 'ClusterIP',
          selector: { app: 'kubernetes-dashboard' },
          ports: [{ port: 8443, targetPort: 8443 }],
        },
      },
    },
  },
});
