import { defineDetection } from './define.ts';

export const newContainerInKubeSystem = defineDetection({
  name: 'New container in kube-system',
  source: 'k8s_audit',
  severity: 'INFORMATIONAL',
  attack: [
    { id: 'T1036.005', name: 'Match Legitimate Resource Name or Location' },
    { id: 'T1610', name: 'Deploy Container' },
  ],
  description:
    'Somebody other than the cluster itself started a workload in kube-system, where it hides among those of the cluster, and where few policies apply.',
  remediation:
    'Compare its image and name with what the distribution installs; move what is your own to a namespace of its own.',
  falsePositives: 'Installing add-ons: suppress it for the account that installs them.',
  references: ['https://attack.mitre.org/techniques/T1036/005/'],
  condition: 'answered and starts_workload and succeeded and ka.verb = create and ka.target.namespace = kube-system',
  output:
    'New container in kube-system (pod=%ka.target.name namespace=%ka.target.namespace user=%ka.user.name images=%ka.req.pod.containers.image)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a18',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/kube-system/pods',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'pods', namespace: 'kube-system', name: 'job-1', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'job-1', namespace: 'kube-system' },
      spec: { containers: [{ name: 'main', image: 'registry.example.com/app:1.2' }] },
    },
  },
  nearMiss: {
    because: 'A controller of the cluster made the pod, for a workload that is there already.',
    change: {
      user: { username: 'system:serviceaccount:kube-system:replicaset-controller', groups: ['system:serviceaccounts'] },
    },
  },
});
