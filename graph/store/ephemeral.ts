import type { Delta, GraphEdge, GraphNode, VersionVector } from '../model/graph.ts';
import type { GraphStore, Lease, ScanBatch } from './port.ts';

/** What a one-shot command needs of a store: deltas go in, everything comes out, nothing is kept for good. */
export interface EphemeralStore extends Pick<GraphStore, 'apply' | 'scan' | 'changes'> {
  /** Everything alive, by cluster; a shared node stands under each cluster that claims it. */
  contents(cluster: string): Contents;
}

interface Contents {
  readonly nodes: Map<string, GraphNode>;
  readonly edges: Map<string, GraphEdge>;
}

/** A store in memory for one tenant, without history: for charting a dump, and for tests. */
export function ephemeralStore(): EphemeralStore {
  const partitions = new Map<string, Contents & { version: number }>();
  const partition = (cluster: string) => {
    const known = partitions.get(cluster) ?? { nodes: new Map(), edges: new Map(), version: 0 };
    partitions.set(cluster, known);
    return known;
  };
  const version = (): VersionVector =>
    Object.fromEntries(Array.from(partitions, ([cluster, { version }]) => [cluster, version]));
  async function* batches(only: string | undefined): AsyncIterable<ScanBatch> {
    for (const [cluster, { nodes, edges }] of partitions) {
      if (only !== undefined && only !== cluster) continue;
      yield { cluster, nodes: [...nodes.values()] };
      yield { cluster, edges: [...edges.values()] };
    }
  }
  return {
    contents: partition,
    apply: async (lease: Lease, _expected: number, delta: Delta) => {
      const held = partition(lease.partition.cluster);
      for (const id of delta.removedEdges) held.edges.delete(id);
      for (const id of delta.removedNodes) held.nodes.delete(id);
      for (const node of delta.nodes) held.nodes.set(node.id, node);
      for (const edge of delta.edges) held.edges.set(edge.id, edge);
      return ++held.version;
    },
    scan: async (_tenant, cluster) => ({ version: version(), batches: batches(cluster) }),
    changes: async function* (_tenant, _since, signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  };
}
