import { defineDetection } from './define.ts';

export const cloudIdentityGivenToAServiceAccount = defineDetection({
  name: 'Cloud identity given to a service account',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [
    { id: 'T1078.004', name: 'Cloud Accounts' },
    { id: 'T1098.001', name: 'Additional Cloud Credentials' },
  ],
  description:
    'A service account was annotated with an identity of the cloud: its pods act as that identity there, from now on.',
  remediation:
    'Check that the identity trusts this account on purpose, and what it may do; remove the annotation otherwise.',
  falsePositives: 'Deployments that use workload identity: suppress them for the account that deploys.',
  references: ['https://kubernetes.io/docs/concepts/security/service-accounts/'],
  condition: `answered and writes and succeeded and ka.target.resource = serviceaccounts and not ka.target.subresource exists and not system_actor
    and (jevt.value[/requestObject/metadata/annotations/eks.amazonaws.com~1role-arn] exists
      or jevt.value[/requestObject/metadata/annotations/azure.workload.identity~1client-id] exists
      or jevt.value[/requestObject/metadata/annotations/iam.gke.io~1gcp-service-account] exists)`,
  output:
    'Cloud identity given to a service account (user=%ka.user.name account=%ka.target.name namespace=%ka.target.namespace)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a2c',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'patch',
    requestURI: '/api/v1/namespaces/shop/serviceaccounts/web',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'serviceaccounts', namespace: 'shop', name: 'web', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      metadata: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/admin' } },
    },
  },
  nearMiss: {
    because: "The annotation is somebody else's.",
    change: { requestObject: { metadata: { annotations: { 'example.com/owner': 'shop' } } } },
  },
});
