import { defineBehaviour, type History } from '../define.ts';

const did = (day: number, account: string, verb: string, resource: string): History[number] => [
  day,
  {
    stage: 'ResponseComplete',
    verb,
    user: { username: `system:serviceaccount:shop:${account}`, groups: ['system:serviceaccounts'] },
    objectRef: { resource, namespace: 'shop' },
    responseStatus: { code: 200 },
  },
];
const everyday = Array.from({ length: 10 }, (_, day) => did(day, 'web', 'list', 'endpoints'));
const peers = ['a', 'b', 'c'];

export const unusualOperationOfAServiceAccount = defineBehaviour({
  name: 'Unusual operation of a service account',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1078.004', name: 'Cloud Accounts' }],
  description:
    'A service account does what it never did, and what hardly any other of its namespace does. Programs do the same things day after day; a stolen token is used for others.',
  remediation:
    'Find the pod or person behind the request by its address and user agent. If the program did not change, revoke the token by deleting the pod, and find out how it was read.',
  falsePositives: 'New releases of a program. They are told of once for each operation.',
  references: ['https://attack.mitre.org/techniques/T1078/004/'],
  learns: 'answered and succeeded and ka.actor.kind = serviceaccount and not ka.actor.namespace = kube-system',
  condition: 'ka.verb exists',
  identity: ['ka.user.name'],
  measure: {
    kind: 'first-seen',
    feature: ['ka.verb', 'ka.target.resource', 'ka.target.subresource'],
    peers: 'ka.actor.namespace',
  },
  fires: [...everyday, did(10, 'web', 'create', 'pods')],
  nearMiss: {
    because: 'The other service accounts of the namespace do it all the time.',
    history: [
      ...peers.map((account) => did(0, account, 'create', 'pods')),
      ...everyday.map(([day, event]): History[number] => [day + 0.1, event]),
      did(10, 'web', 'create', 'pods'),
    ],
  },
});
