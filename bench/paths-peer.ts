import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { GeneratedGraph } from './paths-graph.ts';

const packages = ['graphology@0.26.0', 'graphology-types@0.24.8', 'graphology-shortest-path@2.1.0'];

/** What we call of graphology, which is not a dependency of ours. */
interface Graphology {
  addNode(id: string): void;
  addDirectedEdgeWithKey(id: string, from: string, to: string, attributes: { readonly weight: number }): void;
  edges(from: string, to: string): readonly string[];
  getEdgeAttribute(edge: string, name: 'weight'): number;
}
interface Dijkstra {
  bidirectional(graph: Graphology, from: string, to: string, weight: string): readonly string[] | null;
}

export interface PeerFigures {
  /** Milliseconds. */
  readonly build: number;
  readonly search: number;
  /** Of its cheapest path; null when it found none. */
  readonly cost: number | null;
}

/** Runs graphology's bidirectional Dijkstra once to a node behind every target; a sentence when it cannot be had. */
export async function peerCheapestPath(
  graph: GeneratedGraph,
  from: string,
  sink: string,
): Promise<PeerFigures | string> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  try {
    const install = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', ...packages];
    await promisify(execFile)('npm', install, { timeout: 120_000 });
    const require = createRequire(join(folder, 'index.js'));
    const { MultiDirectedGraph } = require('graphology') as { MultiDirectedGraph: new () => Graphology };
    const { dijkstra } = require('graphology-shortest-path') as { dijkstra: Dijkstra };
    return run(new MultiDirectedGraph(), dijkstra, graph, from, sink);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(peer: Graphology, dijkstra: Dijkstra, graph: GeneratedGraph, from: string, sink: string): PeerFigures {
  const start = performance.now();
  peer.addNode(sink);
  for (const { id, kind } of graph.nodes) {
    peer.addNode(id);
    if (kind === 'Cluster') peer.addDirectedEdgeWithKey(`end.${id}`, id, sink, { weight: 0 });
  }
  for (const { id, from: tail, to, attack } of graph.edges) {
    peer.addDirectedEdgeWithKey(id, tail, to, { weight: attack.difficulty });
  }
  const built = performance.now();
  const path = dijkstra.bidirectional(peer, from, sink, 'weight');
  const searched = performance.now();
  const cheapest = (tail: string, head: string): number =>
    Math.min(...peer.edges(tail, head).map((edge) => peer.getEdgeAttribute(edge, 'weight')));
  const cost = path?.slice(1).reduce((sum, node, index) => sum + cheapest(path[index] as string, node), 0) ?? null;
  return { build: built - start, search: searched - built, cost };
}
