import { defineDetection } from './define.ts';

export const anonymousRequestAnswered = defineDetection({
  name: 'Anonymous request answered',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1190', name: 'Exploit Public-Facing Application' },
    { id: 'T1078.001', name: 'Default Accounts' },
  ],
  description:
    'The API server answered somebody who showed no credentials, about more than its health and version. Some binding names system:anonymous or system:unauthenticated, and whoever reaches the API server has its rights.',
  remediation:
    'Find the bindings that name system:anonymous or system:unauthenticated and delete them, all but system:public-info-viewer. Restrict who reaches the API server.',
  falsePositives: 'kubeadm lets anybody read the ConfigMap kube-public/cluster-info, which is left out here.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests'],
  condition: `answered and succeeded and ka.actor.kind = anonymous
    and not ka.uri regex "/(healthz|livez|readyz|version|openapi|\\\\.well-known)(/.*)?(\\\\?.*)?"
    and not (ka.target.resource = configmaps and ka.target.namespace = kube-public and ka.target.name = cluster-info)`,
  output:
    'Anonymous request answered (verb=%ka.verb uri=%ka.uri resource=%ka.target.resource address=%ka.sourceips agent=%ka.useragent reason=%ka.auth.reason)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a03',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'list',
    requestURI: '/api/v1/namespaces/default/pods?limit=500',
    user: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
    sourceIPs: ['203.0.113.7'],
    userAgent: 'curl/8.5.0',
    objectRef: { resource: 'pods', namespace: 'default', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': 'RBAC: allowed by ClusterRoleBinding',
    },
  },
  nearMiss: {
    because: 'Anybody may ask for the health of the API server: load balancers do, without credentials.',
    change: { verb: 'get', requestURI: '/livez?verbose', objectRef: {} },
  },
});
