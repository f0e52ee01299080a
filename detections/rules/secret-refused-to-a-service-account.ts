import { defineDetection } from './define.ts';

export const secretRefusedToAServiceAccount = defineDetection({
  name: 'Secret refused to a service account',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [{ id: 'T1552.007', name: 'Container API' }],
  description:
    'A service account asked for secrets and was refused. Programs ask for what they were given: this one was tried out.',
  remediation: 'Find the pod from which it was asked, by the address, and look at what runs there.',
  falsePositives: 'A release whose role was forgotten: it stops once the role is there.',
  references: ['https://attack.mitre.org/techniques/T1552/007/'],
  condition: `answered and ka.verb in (get, list, watch) and ka.target.resource = secrets and ka.response.code = 403
    and ka.actor.kind = serviceaccount and not system_actor`,
  output:
    'Secret refused to a service account (user=%ka.user.name secret=%ka.target.name namespace=%ka.target.namespace address=%ka.sourceips agent=%ka.useragent)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a28',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'list',
    requestURI: '/api/v1/namespaces/shop/secrets',
    user: { username: 'system:serviceaccount:shop:web', groups: ['system:serviceaccounts', 'system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'secrets', namespace: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 403 },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  },
  nearMiss: {
    because: 'It may.',
    change: { responseStatus: { code: 200 }, annotations: { 'authorization.k8s.io/decision': 'allow' } },
  },
});
