import { defineDetection } from './define.ts';

export const execIntoAPod = defineDetection({
  name: 'Exec into a pod',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  description:
    'Somebody ran a command in a container, or attached to one, through the API server. It is how administrators debug, and how an attacker with stolen credentials turns rights in the API into a shell.',
  remediation:
    'Ask the user whether it was them. If not, revoke their credentials, and take the pod for compromised: its service account token, its secrets, and what it may reach. Keep create on pods/exec from whoever does not need it.',
  falsePositives: 'Debugging. Suppress it for the users and namespaces where that is expected.',
  references: [
    'https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/',
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
  ],
  // By the subresource: clients that speak WebSocket ask by get, those that speak SPDY by create.
  condition: 'session_started and ka.action in (exec, attach) and succeeded and not system_actor',
  output:
    'Command in a pod (user=%ka.user.name pod=%ka.target.name namespace=%ka.target.namespace action=%ka.action command=%ka.uri.param[command] container=%ka.uri.param[container] address=%ka.sourceips)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a01',
    stage: 'ResponseStarted',
    verb: 'get',
    requestURI: '/api/v1/namespaces/shop/pods/web-0/exec?command=sh&container=web&stdin=true&tty=true',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'pods', namespace: 'shop', name: 'web-0', apiVersion: 'v1', subresource: 'exec' },
    responseStatus: { code: 101 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  nearMiss: {
    because: 'The API server refused it: nothing ran.',
    change: {
      stage: 'ResponseComplete',
      responseStatus: { code: 403, reason: 'Forbidden' },
      annotations: { 'authorization.k8s.io/decision': 'forbid' },
    },
  },
});
