import { deadBit, hopBit, none } from './adjacency.ts';
import type { View } from './view.ts';

/**
 * The pods that the Internet reaches by exposure alone: one technique from the Internet (a load balancer, a node port,
 * an ingress, a gateway), then only links, up to the first pod, or the container of a pod. What these reach in turn is no exposure.
 */
export function exposedPods(view: View): readonly number[] {
  const { nodes, edges } = view.projection;
  const { forward, backward } = edges;
  const found = new Set<number>();
  const pods: number[] = [];
  const open: number[] = [];
  const step = (from: number, technique: boolean): void => {
    for (let p = forward.start(from); p !== none; p = forward.after(from, p)) {
      const code = forward.code[p] as number;
      const to = forward.other[p] as number;
      if ((code & deadBit) !== 0 || ((code & hopBit) !== 0) !== technique || found.has(to)) continue;
      if (!view.sees(to) || !view.follows(forward.edge[p] as number)) continue;
      found.add(to);
      if (nodes.kind(to) === 'Pod') pods.push(to);
      else if (nodes.kind(to) === 'Container') podOf(to);
      else open.push(to);
    }
  };
  /** A right over a pod is one over its containers: the pod is where that link comes from. */
  const podOf = (container: number): void => {
    for (let p = backward.start(container); p !== none; p = backward.after(container, p)) {
      const code = backward.code[p] as number;
      const pod = backward.other[p] as number;
      if ((code & deadBit) !== 0 || (code & hopBit) !== 0 || nodes.kind(pod) !== 'Pod' || found.has(pod)) continue;
      if (!view.sees(pod) || !view.follows(backward.edge[p] as number)) continue;
      found.add(pod);
      pods.push(pod);
    }
  };
  for (const internet of nodes.ofKind('Internet')) if (view.sees(internet)) step(internet, true);
  for (let node = open.pop(); node !== undefined; node = open.pop()) step(node, false);
  return pods;
}
