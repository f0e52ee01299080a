import type { NodeKind } from '../model/kinds.ts';
import { exposedPods } from './exposure.ts';
import type { Endpoint } from './port.ts';
import type { View } from './view.ts';

/** The nodes an endpoint stands for, as far as they are seen; plumbing is never one. */
export function endpointNodes(view: View, endpoint: Endpoint): readonly number[] {
  const { nodes } = view.projection;
  const found = new Set<number>();
  for (const node of candidates(view, endpoint)) if (view.sees(node) && !nodes.hidden(node)) found.add(node);
  return [...found];
}

function candidates(view: View, endpoint: Endpoint): Iterable<number> {
  const { nodes } = view.projection;
  if ('ids' in endpoint) return endpoint.ids.map((id) => nodes.find(id)).filter((node) => node !== undefined);
  if ('kinds' in endpoint) return ofKinds(view, endpoint.kinds);
  switch (endpoint.set) {
    case 'INTERNET':
      return nodes.ofKind('Internet');
    case 'CLUSTER_ADMIN':
      return nodes.ofKind('Cluster');
    case 'EXPOSED_PODS':
      return exposedPods(view);
  }
}

function* ofKinds(view: View, kinds: readonly NodeKind[]): Generator<number> {
  for (const kind of kinds) yield* view.projection.nodes.ofKind(kind);
}
