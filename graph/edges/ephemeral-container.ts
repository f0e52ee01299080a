import { type Ask, review } from './ask.ts';
import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';

const resource = 'pods/ephemeralcontainers';
const verbs = ['patch', 'update'];

export const ephemeralContainer = defineEdge({
  name: 'EPHEMERAL_CONTAINER',
  class: 'technique',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  from: ['PermissionSet'],
  to: ['Pod'],
  difficulty: 2,
  summary: 'Adds a container of its own to a running pod, with the volumes of the pod, its token among them.',
  precondition:
    'patch or update on pods/ephemeralcontainers, in the namespace of the pod; resourceNames apply; get on pods is not needed. Not modelled: Pod Security refuses the change where the pod as it is violates the level; where the level is privileged, the container may be privileged and take the node; static pods take none.',
  remediation: 'Remove pods/ephemeralcontainers from the role; grant it for a limited time, or to single pods.',
  references: ['https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/'],
  asks: (pod): readonly (readonly Ask[])[] =>
    verbs.map((verb) => [review(verb, resource, { namespace: pod.namespace, name: pod.name })]),
  derive: { PermissionSet: overObjects('Pod', () => verbs.map((verb) => ({ verb, group: '', resource }))) },
});
