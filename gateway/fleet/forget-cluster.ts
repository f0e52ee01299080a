import { type Delta, maxDeltaChanges, type Partition } from '../../graph/model/graph.ts';
import type { GraphStore, Lease } from '../../graph/store/port.ts';

/** Removes everything that one cluster claims; what others claim as well stays. The lease must be held. */
export async function forgetCluster(store: GraphStore, lease: Lease): Promise<number> {
  const { tenant, cluster }: Partition = lease.partition;
  const { version, batches } = await store.scan(tenant, cluster);
  const removedEdges: string[] = [];
  const removedNodes: string[] = [];
  for await (const batch of batches) {
    if ('edges' in batch) for (const { id } of batch.edges) removedEdges.push(id);
    else for (const { id } of batch.nodes) removedNodes.push(id);
  }
  let at = version[cluster] ?? 0;
  for (const [part, ids] of [
    ['removedEdges', removedEdges],
    ['removedNodes', removedNodes],
  ] as const) {
    for (let start = 0; start < ids.length; start += maxDeltaChanges) {
      const empty: Delta = { at: new Date().toISOString(), nodes: [], edges: [], removedNodes: [], removedEdges: [] };
      at = await store.apply(lease, at, { ...empty, [part]: ids.slice(start, start + maxDeltaChanges) });
    }
  }
  return removedNodes.length;
}
