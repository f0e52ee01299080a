// Times the path engine on a generated graph, beside graphology on the same one.
//
//   scripts/node bench/paths.ts [--nodes 200000] [--edges 1000000] [--runs 7] [--no-peer]
//
// The peer is installed into a temporary folder for the run. Its answer is checked against ours.

import { parseArgs } from 'node:util';
import { wholeTenant } from '../graph/model/scope.ts';
import { Budget } from '../graph/paths/budget.ts';
import { Labelling } from '../graph/paths/labels.ts';
import { applyChange, applyDelta, compact, createProjection } from '../graph/paths/projection.ts';
import { searchBlastRadius, searchPaths } from '../graph/paths/search.ts';
import { View } from '../graph/paths/view.ts';
import { random } from '../test/property/random.ts';
import { type GeneratedEdge, generateGraph } from './paths-graph.ts';
import { peerCheapestPath } from './paths-peer.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '200000' },
    edges: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '7' },
    'no-peer': { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const scope = wholeTenant('bench');
const limits = { maxHops: 12, timeBudgetMs: 600_000 };
const ends = { from: { set: 'INTERNET' }, to: { set: 'CLUSTER_ADMIN' } } as const;

/** Times repeated runs; prints their minimum and median in milliseconds. */
function time<T>(
  what: string,
  run: (round: number) => T,
  times = runs,
): { readonly result: T; readonly median: number } {
  const all: number[] = [];
  let result: T;
  let round = 0;
  do {
    const start = performance.now();
    result = run(round++);
    all.push(performance.now() - start);
  } while (round < times);
  all.sort((a, b) => a - b);
  const median = all[all.length >> 1] as number;
  print(what, `min ${(all[0] as number).toFixed(2)} ms, median ${median.toFixed(2)} ms`);
  return { result, median };
}

function print(what: string, figures: string): void {
  console.log(`${what.padEnd(58)} ${figures}`);
}

const graph = generateGraph(random(1), Number(values.nodes), Number(values.edges));
console.log(`${graph.nodes.length} nodes, ${graph.edges.length} edges, ${runs} runs; Node ${process.version}`);

const { result: projection } = time(
  'build from nodes and edges, ids and evidence included',
  () => {
    const built = createProjection();
    applyChange(built, 'c0', graph);
    compact(built);
    return built;
  },
  1,
);
time('compact', () => compact(projection), 3);

const view = new View(projection, scope);
const labelling = new Labelling();
const targets = [...projection.nodes.ofKind('Cluster')];
const { result: labels } = time(`distances of all nodes to ${targets.length} targets, exact within 12 hops`, () => {
  const budget = new Budget(limits.timeBudgetMs);
  labelling.begin(projection.nodes.count, targets, [], limits.maxHops);
  labelling.advance(view, projection.edges.backward, budget, 0);
  return labelling.labels;
});
print('  labels per node', (labels.count / projection.nodes.count).toFixed(2));

const one = time('cheapest path, Internet to cluster admin', () =>
  searchPaths(projection, scope, { ...ends, ...limits, first: 1 }),
);
time('10 cheapest simple paths', () => searchPaths(projection, scope, { ...ends, ...limits, first: 10 }));
time('100 cheapest simple paths', () => searchPaths(projection, scope, { ...ends, ...limits, first: 100 }));
const pod = graph.nodes.find(({ kind }) => kind === 'Pod')?.id ?? '';
const blast = time('blast radius of a pod', () =>
  searchBlastRadius(projection, scope, { of: { ids: [pod] }, ...limits, first: 100 }),
);
print('  reached', String(Object.values(blast.result.counts).reduce((sum, count) => sum + count, 0)));

const churn = random(2);
time('a delta of 100 edges removed and 100 added', (round) => {
  const some: readonly GeneratedEdge[] = Array.from({ length: 100 }, () => churn.pick(graph.edges));
  applyDelta(projection, 'c0', 2 * round + 1, { removedEdges: some.map(({ id }) => id) });
  applyDelta(projection, 'c0', 2 * round + 2, { edges: some });
});

if (values['no-peer']) {
  console.log('graphology: skipped by --no-peer');
} else {
  const peer = await peerCheapestPath(graph, 'internet', 'admin');
  if (typeof peer === 'string') {
    console.log(`graphology: skipped, ${peer}`);
  } else {
    print('graphology: build', `${peer.build.toFixed(0)} ms`);
    print('graphology: cheapest path (bidirectional Dijkstra), once', `${peer.search.toFixed(2)} ms`);
    print('  its time to ours', (peer.search / one.median).toFixed(2));
    const same = peer.cost === one.result.paths[0]?.cost;
    print('  cost', `${peer.cost}, ours ${one.result.paths[0]?.cost}: ${same ? 'equal' : 'DIFFERENT'}`);
    if (!same) process.exitCode = 1;
  }
}
print('resident memory', `${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB, the generated input included`);
