import type { Ask } from './ask.ts';
import { review } from './ask.ts';
import { defineEdge } from './define.ts';
import { overObjects } from './permission-edge.ts';
import type { Read } from './read.ts';
import type { Right } from './rights.ts';

/**
 * An exec over WebSocket is a GET, and before Kubernetes 1.35 the right to `get` was enough for it. Since then
 * the gate AuthorizePodWebsocketUpgradeCreatePermission asks for `create` instead, unless it is switched off.
 * Where neither gate nor version is known, the older rule counts: silence is not safety.
 */
function execVerbs(read: Read): readonly string[] {
  const { execByGet, minor } = read.cluster().properties;
  return (execByGet ?? (minor ?? 0) < 35) ? ['create', 'get'] : ['create'];
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
    'create on pods/exec (get suffices before Kubernetes 1.35, and where the feature gate AuthorizePodWebsocketUpgradeCreatePermission is off), in the namespace of the pod; resourceNames apply; get on pods is not needed.',
  remediation: 'Remove pods/exec from the role; grant it for a limited time, or to single pods by resourceNames.',
  references: [
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
    'https://github.com/kubernetes/kubernetes/pull/134577',
  ],
  asks: ({ namespace, name }): readonly (readonly Ask[])[] => [
    [review('create', 'pods/exec', { namespace, name })],
    [{ type: 'webSocket', path: `/api/v1/namespaces/${namespace}/pods/${name}/exec?command=id&stdout=true` }],
  ],
  derive: { PermissionSet: overObjects('Pod', execRights) },
});
