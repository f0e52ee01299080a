import { defineBehaviour, type History } from '../define.ts';

const made = (day: number, user: string, image: string): History[number] => [
  day,
  {
    stage: 'ResponseComplete',
    verb: 'create',
    user: { username: user, groups: ['system:authenticated'] },
    objectRef: { resource: 'pods', namespace: 'shop', name: 'p' },
    requestObject: { kind: 'Pod', spec: { containers: [{ name: 'c', image }] } },
    responseStatus: { code: 201 },
  },
];
const everyday = Array.from({ length: 9 }, (_, day) => made(day, 'ci', `registry.example/web:1.${day}`));

export const unusualDeployment = defineBehaviour({
  name: 'Unusual deployment',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [{ id: 'T1610', name: 'Deploy Container' }],
  description: 'Into a namespace comes an image that was never there, or by somebody who never brought it.',
  remediation: 'Ask who deployed it and look at the image; delete the workload if nobody knows of it.',
  falsePositives: 'New programs. They are told of once.',
  references: ['https://attack.mitre.org/techniques/T1610/'],
  learns: 'answered and starts_workload and succeeded',
  condition: 'ka.req.pod.containers.image.repository exists',
  identity: ['ka.target.namespace'],
  measure: { kind: 'first-seen', feature: ['ka.user.name', 'ka.req.pod.containers.image.repository'], peers: null },
  fires: [...everyday, made(9, 'mallory', 'docker.io/miner:latest')],
  nearMiss: {
    because: 'It is another tag of an image that is always there.',
    history: [...everyday, made(9, 'ci', 'registry.example/web:2.0')],
  },
});
