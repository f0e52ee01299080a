import type { SubjectReference } from '../../graph/records/alerts/detected.ts';
import type { NodeEvent } from '../engine/fields/syscall.ts';
import type { GraphView, Named } from './graph-view.ts';
import { saidBy } from './node-alert.ts';

/** Where something happened on a node. */
export interface NodePlace {
  readonly namespace: string | null;
  /** Pod and container, as far as they are known, and the node itself. */
  readonly subjects: readonly SubjectReference[];
  /** Whether the event names a pod that the graph has on another node: a sensor speaks for its own. */
  readonly isElsewhere: boolean;
}

/**
 * Where an event of a node happened. The node is that of the credential; pods are found by the UID that the kubelet gives
 * their cgroups. A pod that the graph does not have yet is named by its UID, under which it will come.
 */
export async function placeOnNode(event: NodeEvent, node: string, view: GraphView): Promise<NodePlace> {
  const self: Named = { kind: 'Node', namespace: null, name: node };
  const uid = saidBy(event, 'k8s.pod.uid');
  if (uid === null) return { namespace: null, subjects: [self], isElsewhere: false };
  const [pod] = await view.find('Pod', { field: 'kubeletUid', in: [uid] });
  if (pod === undefined) return { namespace: null, subjects: [{ kind: 'Pod', uid }, self], isElsewhere: false };
  const homes = await view.beyond(pod.id, 'RUNS_ON', 'out');
  if (homes.length > 0 && !homes.some(({ name }) => name === node))
    return { namespace: null, subjects: [self], isElsewhere: true };
  const { namespace, name } = pod;
  const container = saidBy(event, 'container.name');
  const inPod: readonly Named[] =
    container === null ? [] : [{ kind: 'Container', namespace, name: `${name}/${container}` }];
  return { namespace, subjects: [{ kind: 'Pod', namespace, name }, ...inPod, self], isElsewhere: false };
}
