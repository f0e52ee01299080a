import type { Ask } from './ask.ts';
import { review } from './ask.ts';
import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';
import type { Read } from './read.ts';
import type { Right } from './rights.ts';

/**
 * An exec over WebSocket is a GET, and before Kubernetes 1.35 the right to `get` was enough for it. Since then
 * the gate AuthorizePodWebsocketUpgradeCreatePermission asks for `create` as well, which is enough by itself.
 * Where the version is unknown, the older rule counts: silence is not safety.
 */
function execVerbs(read: Read): readonly string[] {
  return (read.cluster().properties.minor ?? 0) < 35 ? ['create', 'get'] : ['create'];
}

function execRights(read: Read): readonly Right[] {
  return execVerbs(read).map((verb) => ({ verb, group: '', resource: 'pods/exec' }));
}

export const podExec = defineEdge({
  name: 'POD_EXEC',
  class: 'technique',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  from: ['PermissionSet'],
  to: ['Pod'],
  difficulty: 1,
  summary: 'Runs a command in a pod through the API server.',
  precondition:
    'create on pods/exec (before Kubernetes 1.35 get suffices), in the namespace of the pod; resourceNames apply; get on pods is not needed.',
  remediation: 'Remove pods/exec from the role; grant it for a limited time, or to single pods by resourceNames.',
  references: [
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
    'https://github.com/kubernetes/kubernetes/pull/134577',
  ],
  asks: (pod, read): readonly (readonly Ask[])[] =>
    execVerbs(read).map((verb) => [review(verb, 'pods/exec', { namespace: pod.namespace, name: pod.name })]),
  derive: { PermissionSet: overObjects('Pod', execRights) },
});
