import type { CommittedDelta, Delta, GraphEdge, GraphNode, VersionVector } from '../../model/graph.ts';
import { StoreError } from '../../store/errors.ts';
import type { GraphStore, ScanBatch } from '../../store/port.ts';
import { tenant } from './random-graph.ts';

/** The part of a store that the path engine reads, in memory, with means to break it. */
export interface FakeStore extends Pick<GraphStore, 'scan' | 'changes'> {
  readonly scans: () => number;
  commit(cluster: string, delta: Partial<Delta>): VersionVector;
  /** Forgets all deltas so far, so that those who are behind must scan again, and ends every follower. */
  expire(): void;
  /** Makes everything that is asked fail with this, until called with null. */
  fail(error: Error | null): void;
}

interface ClusterState {
  readonly nodes: Map<string, GraphNode>;
  readonly edges: Map<string, GraphEdge>;
}

export function fakeStore(): FakeStore {
  const states = new Map<string, ClusterState>();
  const log: CommittedDelta[] = [];
  let forgotten = 0;
  let version: VersionVector = {};
  let failure: Error | null = null;
  let scans = 0;
  let interrupted = new AbortController();
  let wake = Promise.withResolvers<void>();
  const wakeAll = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };

  async function* batches(): AsyncGenerator<ScanBatch> {
    for (const [cluster, { nodes, edges }] of states) {
      yield { cluster, edges: [...edges.values()] };
      await new Promise(setImmediate);
      yield { cluster, nodes: [...nodes.values()] };
    }
  }

  return {
    scans: () => scans,
    scan: async () => {
      if (failure !== null) throw failure;
      scans++;
      return { version, batches: batches() };
    },
    async *changes(_tenant, since, signal) {
      const { signal: interruption } = interrupted;
      const stop = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => stop.resolve());
      for (let at = forgotten; !signal.aborted; ) {
        if (failure !== null) throw failure;
        const lost = log.slice(0, forgotten).some((old) => old.version > (since[old.partition.cluster] ?? 0));
        if (interruption.aborted || lost) throw new StoreError('VERSION_EXPIRED', 'Scan again.');
        const next = log[at];
        if (next === undefined) await Promise.race([wake.promise, stop.promise]);
        else if (next.version > (since[next.partition.cluster] ?? 0)) yield next;
        if (next !== undefined) at++;
      }
    },
    commit(cluster, change) {
      const delta: Delta = {
        at: '2026-01-01T00:00:00Z',
        nodes: [],
        edges: [],
        removedNodes: [],
        removedEdges: [],
        ...change,
      };
      const state = states.get(cluster) ?? { nodes: new Map(), edges: new Map() };
      states.set(cluster, state);
      for (const node of delta.nodes) state.nodes.set(node.id, node);
      for (const edge of delta.edges) state.edges.set(edge.id, edge);
      for (const id of delta.removedNodes) state.nodes.delete(id);
      for (const id of delta.removedEdges) state.edges.delete(id);
      version = { ...version, [cluster]: (version[cluster] ?? 0) + 1 };
      log.push({ partition: { tenant, cluster }, version: version[cluster] as number, delta });
      wakeAll();
      return version;
    },
    expire() {
      forgotten = log.length;
      interrupted.abort();
      interrupted = new AbortController();
      wakeAll();
    },
    fail(error) {
      failure = error;
      wakeAll();
    },
  };
}
