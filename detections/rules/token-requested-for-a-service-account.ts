import { defineDetection } from './define.ts';

export const tokenRequestedForAServiceAccount = defineDetection({
  name: 'Token requested for a service account',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1528', name: 'Steal Application Access Token' }],
  description:
    'Somebody asked the API server for a token of a service account, and can act as it from anywhere until the token expires. Kubelets do that for the pods of their node; people and other accounts seldom have a reason to.',
  remediation:
    'Ask the user whether it was them. Tokens cannot be withdrawn: delete the service account, or wait until they expire; look at what it did since.',
  falsePositives:
    'kubectl create token, by an administrator; Vault and CI systems that mint tokens: suppress them by user.',
  references: ['https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/'],
  condition: `answered and ka.verb = create and succeeded and ka.target.resource = serviceaccounts and ka.target.subresource = token
    and not system_actor`,
  output:
    'Token requested for a service account (user=%ka.user.name account=%ka.target.name namespace=%ka.target.namespace address=%ka.sourceips)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a23',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'create',
    requestURI: '/api/v1/namespaces/ci/serviceaccounts/deployer/token',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: {
      resource: 'serviceaccounts',
      namespace: 'ci',
      name: 'deployer',
      apiVersion: 'v1',
      subresource: 'token',
    },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  nearMiss: {
    because: 'The kubelet asks for the pods of its node.',
    change: { user: { username: 'system:node:worker-1', groups: ['system:nodes', 'system:authenticated'] } },
  },
});
