import { defineBehaviour, type History } from '../define.ts';

const read = (day: number, secret: string, code = 200): History[number] => [
  day,
  {
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: 'alice', groups: ['system:authenticated'] },
    objectRef: { resource: 'secrets', namespace: 'shop', name: secret },
    responseStatus: { code },
  },
];
const everyday = Array.from({ length: 9 }, (_, day) => read(day, 'db'));
const many = (code: number) => Array.from({ length: 8 }, (_, index) => read(9 + index / 1000, `s${index}`, code));

export const unusualSecretAccess = defineBehaviour({
  name: 'Unusual secret access',
  source: 'k8s_audit',
  severity: 'HIGH',
  attack: [{ id: 'T1552.007', name: 'Container API' }],
  description:
    'Somebody reads more different secrets within an hour than ever: who is after credentials reads all there are.',
  remediation: 'Ask whose account it is. If nobody knows of it, disable it, and replace the secrets that it read.',
  falsePositives: 'Moves and backups: suppress the alert for their account.',
  references: ['https://attack.mitre.org/techniques/T1552/007/'],
  learns: 'answered and ka.target.resource = secrets and not system_actor',
  condition: 'ka.verb in (get, list, watch) and succeeded',
  identity: ['ka.user.name'],
  measure: { kind: 'burst', of: ['ka.target.namespace', 'ka.target.name'], seconds: 3600, least: 8 },
  fires: [...everyday, ...many(200)],
  nearMiss: { because: 'All of it was refused.', history: [...everyday, ...many(403)] },
});
