import { deadBit, hopBit, none } from './adjacency.ts';
import type { View } from './view.ts';

/**
 * The pods that the Internet reaches by exposure alone: one technique from the Internet (a load balancer, a node port,
 * an ingress), then only links, up to the first pod. What pods reach in turn is no exposure.
 */
export function exposedPods(view: View): readonly number[] {
  const { nodes, edges } = view.projection;
  const { forward } = edges;
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
      else open.push(to);
    }
  };
  for (const internet of nodes.ofKind('Internet')) if (view.sees(internet)) step(internet, true);
  for (let node = open.pop(); node !== undefined; node = open.pop()) step(node, false);
  return pods;
}
