import type { GraphEdge, GraphNode } from '../model/graph.ts';
import { nodeKind } from '../model/kinds.ts';

/** An attack edge between two nodes that are shown: what leads into a target set stands once for each of its members. */
export interface ShownEdge {
  readonly edge: GraphEdge;
  readonly from: GraphNode;
  readonly to: GraphNode;
}

/** The attack edges as people see them, end to end: target sets are left out. */
export function* shownEdges(nodes: ReadonlyMap<string, GraphNode>, edges: readonly GraphEdge[]): Generator<ShownEdge> {
  const members = new Map<string, string[]>();
  for (const { from, to, attack } of edges) {
    const node = nodes.get(from);
    if (attack === null || !node || !nodeKind(node.kind).hidden) continue;
    const list = members.get(from);
    if (list) list.push(to);
    else members.set(from, [to]);
  }
  for (const edge of edges) {
    const from = nodes.get(edge.from);
    if (edge.attack === null || !from || nodeKind(from.kind).hidden) continue;
    const seen = new Set<string>();
    const waiting = [edge.to];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const to = nodes.get(id);
      if (!to || seen.has(id)) continue;
      seen.add(id);
      if (nodeKind(to.kind).hidden) waiting.push(...(members.get(id) ?? []));
      else yield { edge, from, to };
    }
  }
}
