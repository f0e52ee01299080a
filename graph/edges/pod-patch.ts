import { type Ask, review } from './ask.ts';
import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';

const verbs = ['patch', 'update'];

export const podPatch = defineEdge({
  name: 'POD_PATCH',
  class: 'technique',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  from: ['PermissionSet'],
  to: ['Pod'],
  difficulty: 2,
  summary: 'Replaces the image of a running pod, and runs in its place, with its identity and volumes.',
  precondition:
    'patch or update on pods, in the namespace of the pod; resourceNames apply; get on pods is not needed. The image is the one field of a container that may be changed. Not modelled: update needs to know the rest of the pod; an admission policy may refuse foreign images; the kubelet ignores a change of a static pod.',
  remediation:
    'Remove patch and update on pods from the role: controllers need them on pods/status, people hardly ever.',
  references: ['https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement'],
  asks: (pod): readonly (readonly Ask[])[] =>
    verbs.map((verb) => [review(verb, 'pods', { namespace: pod.namespace, name: pod.name })]),
  derive: { PermissionSet: overObjects('Pod', () => verbs.map((verb) => ({ verb, group: '', resource: 'pods' }))) },
});
