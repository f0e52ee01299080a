import { defineDetection } from './define.ts';

export const secretsOfEveryNamespaceListed = defineDetection({
  name: 'Secrets of every namespace listed',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1552.007', name: 'Container API' }],
  description:
    'Somebody read all secrets of the cluster in one request, contents and all. Whoever can do that has the tokens, certificates and passwords of everybody.',
  remediation:
    'Ask the user whether it was them. If not, revoke their credentials and replace every secret. Take list on secrets from the role: get by name suffices for most.',
  falsePositives: 'Backup, secret operators, and ingress controllers with cluster-wide rights: suppress them by user.',
  references: ['https://kubernetes.io/docs/concepts/security/secrets-good-practices/'],
  condition: `answered and ka.verb in (list, watch) and succeeded and ka.target.resource = secrets and not ka.target.namespace exists
    and not ka.target.name exists and not system_actor`,
  output: 'Secrets of every namespace listed (user=%ka.user.name address=%ka.sourceips agent=%ka.useragent)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a22',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'list',
    requestURI: '/api/v1/secrets',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'secrets', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  nearMiss: {
    because: 'They are those of one namespace.',
    change: {
      objectRef: { resource: 'secrets', namespace: 'shop', apiVersion: 'v1' },
      requestURI: '/api/v1/namespaces/shop/secrets',
    },
  },
});
