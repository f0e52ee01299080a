import type { GraphNode } from '../../graph/model/graph.ts';
import { isNodeKind, nodeKind } from '../../graph/model/kinds.ts';
import type { Endpoint } from '../../graph/paths/port.ts';
import { CommandError } from './errors.ts';

const sets = ['INTERNET', 'CLUSTER_ADMIN', 'EXPOSED_PODS'] as const;

/** What --from or --to names: a set, a kind, or readable names, in which * stands for anything. */
export function endpoint(text: string, nodes: Iterable<GraphNode>, name: (node: GraphNode) => string): Endpoint {
  const set = sets.find((known) => known === text);
  if (set) return { set };
  if (isNodeKind(text) && !nodeKind(text).hidden) return { kinds: [text] };
  const pattern = new RegExp(`^${text.split('*').map(RegExp.escape).join('.*')}$`, 's');
  const ids = Iterator.from(nodes)
    .filter((node) => !nodeKind(node.kind).hidden && (pattern.test(node.ref) || pattern.test(name(node))))
    .map(({ id }) => id)
    .toArray();
  if (ids.length === 0) {
    throw new CommandError(
      `${text} names nothing that is charted: give ${sets.join(', ')}, a kind such as Pod, or a readable name such as Pod/default/web`,
    );
  }
  return { ids };
}
