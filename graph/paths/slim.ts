import type { GraphEdge, GraphNode } from '../model/graph.ts';
import type { EdgeState } from './edges.ts';
import type { NodeState } from './nodes.ts';
import type { Change } from './projection.ts';

/** What of a delta, or of a batch of a scan, goes to the thread: copying the rest would cost more than applying it. */
export function slim(change: {
  readonly nodes?: readonly GraphNode[];
  readonly edges?: readonly GraphEdge[];
  readonly removedNodes?: readonly string[];
  readonly removedEdges?: readonly string[];
}): Change {
  return {
    nodes: (change.nodes ?? []).map(({ id, kind, ref, namespace }): NodeState => ({ id, kind, ref, namespace })),
    edges: (change.edges ?? []).flatMap(({ id, kind, from, to, attack }): EdgeState[] =>
      attack === null ? [] : [{ id, kind, from, to, attack }],
    ),
    removedNodes: change.removedNodes ?? [],
    removedEdges: change.removedEdges ?? [],
  };
}
