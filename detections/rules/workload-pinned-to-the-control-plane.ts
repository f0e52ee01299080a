import { defineDetection } from './define.ts';

export const workloadPinnedToTheControlPlane = defineDetection({
  name: 'Workload pinned to the control plane',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1610', name: 'Deploy Container' },
    { id: 'T1611', name: 'Escape to Host' },
  ],
  description:
    'Somebody started a workload that tolerates the taint of the control plane or names one of its nodes. From a node of the control plane the whole cluster is at hand.',
  remediation: 'Delete the workload unless somebody answers for it; keep such tolerations out by an admission policy.',
  falsePositives: 'Agents that run on every node: suppress them by namespace.',
  references: [
    'https://kubernetes.io/docs/reference/labels-annotations-taints/#node-role-kubernetes-io-control-plane-taint',
  ],
  condition: `answered and starts_workload and succeeded and not ka.target.resource = daemonsets
    and (jevt.value[/requestObject] contains '"key":"node-role.kubernetes.io/control-plane"' or jevt.value[/requestObject] contains '"key":"node-role.kubernetes.io/master"'
      or jevt.value[/requestObject] contains '"node-role.kubernetes.io/control-plane":""')`,
  output:
    'Workload pinned to the control plane (pod=%ka.target.name namespace=%ka.target.namespace user=%ka.user.name images=%ka.req.pod.containers.image)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a2d',
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
        tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
        containers: [{ name: 'main', image: 'registry.example.com/app:1.2' }],
      },
    },
  },
  nearMiss: {
    because: 'It tolerates a taint of the application.',
    change: {
      requestObject: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'job-1', namespace: 'shop' },
        spec: {
          tolerations: [{ key: 'example.com/gpu', operator: 'Exists' }],
          containers: [{ name: 'main', image: 'registry.example.com/app:1.2' }],
        },
      },
    },
  },
});
