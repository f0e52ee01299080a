import { defineDetection } from './define.ts';

export const managementServiceExposed = defineDetection({
  name: 'Management service exposed',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1133', name: 'External Remote Services' }],
  description:
    'A service whose name is that of a tool which runs code, or shows everything, for whoever gets in was given an address outside of the cluster.',
  remediation:
    'Make it a ClusterIP, and put a gateway with a login before it; check that it has a password of its own.',
  falsePositives: 'A load balancer that only an inner network reaches: suppress it by namespace.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types'],
  condition: `answered and writes and succeeded and ka.target.resource = services and ka.req.service.type in (LoadBalancer, NodePort)
    and (ka.target.name pmatch (argocd-server, jenkins, kibana, grafana, prometheus, prometheus-server, airflow-webserver, spark-master, jupyter, jupyterhub, etcd, etcd-client, weave-scope-app, argo-server, rabbitmq-management, consul-ui, vault, vault-ui, minio-console, longhorn-frontend, kiali, hubble-ui, mlflow, nifi, portainer, rancher, gitea, docker-registry))`,
  output:
    'Management service exposed (user=%ka.user.name service=%ka.target.name namespace=%ka.target.namespace type=%ka.req.service.type ports=%ka.req.service.ports)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a13',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/tools/services',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'services', namespace: 'tools', name: 'argo-server', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'argo-server', namespace: 'tools' },
      spec: { type: 'LoadBalancer', selector: { app: 'argo-server' }, ports: [{ port: 2746, targetPort: 2746 }] },
    },
  },
  nearMiss: {
    because: 'The service has an address in the cluster only.',
    change: {
      requestObject: {
        kind: 'Service',
        apiVersion: 'v1',
        metadata: { name: 'argo-server', namespace: 'tools' },
        spec: { type: 'ClusterIP', selector: { app: 'argo-server' }, ports: [{ port: 2746, targetPort: 2746 }] },
      },
    },
  },
});
