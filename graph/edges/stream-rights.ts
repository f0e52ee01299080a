import { type Ask, review } from './ask.ts';
import type { ModelNode, Read } from './read.ts';
import type { Right } from './rights.ts';

/** The subresources of a pod that answer with a stream, over WebSocket or SPDY. */
export type Stream = 'exec' | 'attach' | 'portforward';

/**
 * A stream over WebSocket is a GET, and before Kubernetes 1.35 the right to `get` was enough for it. Since then
 * the gate AuthorizePodWebsocketUpgradeCreatePermission asks for `create` instead, unless it is switched off.
 * Where neither gate nor version is known, the older rule counts: silence is not safety.
 * https://github.com/kubernetes/kubernetes/pull/134577
 */
export function streamRights(stream: Stream): (read: Read) => readonly Right[] {
  return (read) => {
    const { execByGet, minor } = read.cluster().properties;
    const verbs = (execByGet ?? (minor ?? 0) < 35) ? ['create', 'get'] : ['create'];
    return verbs.map((verb) => ({ verb, group: '', resource: `pods/${stream}` }));
  };
}

/** The precondition of a stream, in words. */
export function streamPrecondition(stream: Stream): string {
  return `create on pods/${stream} (get suffices before Kubernetes 1.35, and where the feature gate AuthorizePodWebsocketUpgradeCreatePermission is off), in the namespace of the pod; resourceNames apply; get on pods is not needed.`;
}

/** Whether somebody may open the stream: by the right to create, or by a WebSocket that the API server does not forbid. */
export function streamAsks(stream: Stream, query: string): (pod: ModelNode) => readonly (readonly Ask[])[] {
  return ({ namespace, name }) => [
    [review('create', `pods/${stream}`, { namespace, name })],
    [{ type: 'webSocket', path: `/api/v1/namespaces/${namespace}/pods/${name}/${stream}?${query}` }],
  ];
}
