import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';
import { streamAsks, streamPrecondition, streamRights } from './stream-rights.ts';

export const podAttachApi = defineEdge({
  name: 'POD_ATTACH_API',
  class: 'technique',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  from: ['PermissionSet'],
  to: ['Pod'],
  difficulty: 4,
  summary: 'Attaches to the input and output of a running process of a pod through the API server, and types into it.',
  precondition: `${streamPrecondition('attach')} Whether the process reads what is typed is not modelled, and counts in the difficulty.`,
  remediation: 'Remove pods/attach from the role; grant it for a limited time, or to single pods by resourceNames.',
  references: [
    'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_attach/',
    'https://github.com/kubernetes/kubernetes/pull/134577',
  ],
  asks: streamAsks('attach', 'stdout=true'),
  derive: { PermissionSet: overObjects('Pod', streamRights('attach')) },
});
