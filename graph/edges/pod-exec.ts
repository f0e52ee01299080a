import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';
import { streamAsks, streamPrecondition, streamRights } from './stream-rights.ts';

export const podExec = defineEdge({
  name: 'POD_EXEC',
  class: 'technique',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  from: ['PermissionSet'],
  to: ['Pod'],
  difficulty: 1,
  summary: 'Runs a command in a pod through the API server.',
  precondition: streamPrecondition('exec'),
  remediation: 'Remove pods/exec from the role; grant it for a limited time, or to single pods by resourceNames.',
  references: [
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
    'https://github.com/kubernetes/kubernetes/pull/134577',
  ],
  asks: streamAsks('exec', 'command=id&stdout=true'),
  derive: { PermissionSet: overObjects('Pod', streamRights('exec')) },
});
