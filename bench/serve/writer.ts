import { setTimeout as sleep } from 'node:timers/promises';
import type { GraphStore, Lease } from '../../graph/store/port.ts';
import { fleet, pod } from './data.ts';

const everyMs = 100;

/** Commits ten deltas a second, each a pod drawn at random that changes its phase. The function ends it. */
export function startWriter(store: GraphStore, lease: Lease): () => Promise<void> {
  let stopped = false;
  async function write(): Promise<void> {
    const { tenant, cluster } = lease.partition;
    let version = (await store.version(tenant))[cluster] ?? 0;
    for (let next = performance.now(); !stopped; next += everyMs) {
      await sleep(Math.max(0, next - performance.now()));
      const number = Math.floor(Math.random() * fleet.nodes * fleet.podsPerNode);
      const nodes = [pod(number, Math.random() < 0.5 ? 'Running' : 'Pending')];
      const delta = { at: new Date().toISOString(), nodes, edges: [], removedNodes: [], removedEdges: [] };
      version = await store.apply(lease, version, delta);
    }
  }
  const writing = write();
  return async () => {
    stopped = true;
    await writing;
  };
}
