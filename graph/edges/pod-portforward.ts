import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';
import { streamAsks, streamPrecondition, streamRights } from './stream-rights.ts';

export const podPortforward = defineEdge({
  name: 'POD_PORTFORWARD',
  class: 'technique',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  from: ['PermissionSet'],
  to: ['Pod'],
  difficulty: 5,
  summary:
    'Exploits what listens in a pod, on its loopback address as well, through the API server and past every network policy.',
  precondition: `${streamPrecondition('portforward')} Whether anything listens is not modelled, and counts in the difficulty.`,
  remediation:
    'Remove pods/portforward from the role; grant it for a limited time, or to single pods by resourceNames.',
  references: [
    'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_port-forward/',
    'https://github.com/kubernetes/kubernetes/pull/134577',
  ],
  asks: streamAsks('portforward', 'ports=80'),
  derive: { PermissionSet: overObjects('Pod', streamRights('portforward')) },
});
