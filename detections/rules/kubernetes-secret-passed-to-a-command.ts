import { defineDetection } from './define.ts';

export const kubernetesSecretPassedToACommand = defineDetection({
  name: 'Kubernetes secret passed to a command',
  source: 'k8s_audit',
  severity: 'INFORMATIONAL',
  attack: [
    { id: 'T1552.007', name: 'Container API' },
    { id: 'T1609', name: 'Container Administration Command' },
  ],
  description: 'Somebody ran a command in a pod that reads its service account token, keys or passwords.',
  remediation:
    'Ask the user whether it was them. If not, revoke their credentials, and take what the command read for stolen.',
  falsePositives: 'Debugging of credentials.',
  references: ['https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/'],
  condition: `session_started and ka.action in (exec, attach) and succeeded and not system_actor
    and ka.uri contains anyof (serviceaccount%2Ftoken, secrets%2Fkubernetes.io, serviceaccount/token, %2Fetc%2Fshadow, .ssh%2Fid_, .aws%2Fcredentials, .kube%2Fconfig)`,
  output:
    'Kubernetes secret passed to a command (user=%ka.user.name pod=%ka.target.name namespace=%ka.target.namespace uri=%ka.uri)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a2e',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'get',
    requestURI:
      '/api/v1/namespaces/shop/pods/web-0/exec?command=cat&command=%2Fvar%2Frun%2Fsecrets%2Fkubernetes.io%2Fserviceaccount%2Ftoken&stdout=true',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'pods', namespace: 'shop', name: 'web-0', apiVersion: 'v1', subresource: 'exec' },
    responseStatus: { code: 101 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  nearMiss: {
    because: 'The command lists files.',
    change: { requestURI: '/api/v1/namespaces/shop/pods/web-0/exec?command=ls&stdout=true' },
  },
});
