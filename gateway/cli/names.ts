import type { GraphNode } from '../../graph/model/graph.ts';

/** Readable names of nodes, with the cluster before them when there are several. */
export function namer(
  clusters: readonly { readonly id: string; readonly name: string }[],
): (node: GraphNode) => string {
  const names = new Map(clusters.map(({ id, name }) => [id, name]));
  return ({ ref, kind, cluster }) => {
    if (clusters.length < 2 || cluster === null || kind === 'Cluster') return ref;
    return `${names.get(cluster) ?? cluster}:${ref}`;
  };
}
