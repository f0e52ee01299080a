import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, random, seeds } from '../../test/property/random.ts';
import type { GraphEdge, GraphNode } from '../model/graph.ts';
import { deadBit, none } from './adjacency.ts';
import { applyChange, applyDelta, type Change, compact, createProjection, type Projection } from './projection.ts';
import { searchBlastRadius, searchPaths } from './search.ts';
import { naiveBlastRadius, naivePaths } from './testing/naive.ts';
import {
  clusters,
  graphEdge,
  graphNode,
  randomEdge,
  randomEndpoint,
  randomNode,
  randomScope,
  randomWithout,
  type SmallGraph,
  tenant,
} from './testing/random-graph.ts';

const seedCount = process.env.PORTOLAN_THOROUGH === undefined ? 150 : 10_000;
const timeBudgetMs = 60_000;

/** Everything a projection holds, in words. */
function contents({ nodes, edges }: Projection): readonly string[] {
  const lines: string[] = [];
  for (let node = 0; node < nodes.count; node++) {
    const places = nodes.places(node).map(({ cluster, namespace }) => `${cluster}/${namespace}`);
    if (places.length > 0) lines.push(`${nodes.ids[node]} ${nodes.kind(node)} ${nodes.refs[node]} ${places.sort()}`);
    for (const direction of ['forward', 'backward'] as const) {
      const adjacency = edges[direction];
      for (let p = adjacency.start(node); p !== none; p = adjacency.after(node, p)) {
        const code = adjacency.code[p] as number;
        const edge = adjacency.edge[p] as number;
        if ((code & deadBit) !== 0) continue;
        const cluster = edges.clusters.list[edges.cluster[edge] as number];
        const kind = edges.kinds.list[edges.kind[edge] as number];
        lines.push(
          `${direction} ${nodes.ids[node]} ${nodes.ids[adjacency.other[p] as number]} ${edges.ids[edge]} ${code} ${kind} ${cluster}`,
        );
      }
    }
  }
  return lines.sort();
}

/** What the store would hold after the changes, by partition. */
class Partitions {
  readonly nodes = new Map<string, { readonly cluster: string; readonly node: GraphNode }>();
  readonly edges = new Map<string, { readonly cluster: string; readonly edge: GraphEdge }>();

  graph(): SmallGraph {
    return { nodes: [...this.nodes.values()], edges: [...this.edges.values()] };
  }
}

/** A delta of one partition: an edge belongs to the partition of its number's parity, so that it has one owner. */
function randomDelta(r: Random, cluster: string, state: Partitions): Change {
  const nodes = r.sample([0, 1, 2, 3, 4, 5, 6, 7], 3).flatMap((number) => {
    const node = randomNode(r, number);
    return node.cluster === null || ownerOf(node.id) === cluster ? [{ ...node, cluster: node.cluster && cluster }] : [];
  });
  const edges = Array.from({ length: r.integer(5) }, () => randomEdge(r, 8)).filter(
    ({ id }) => ownerOf(id) === cluster,
  );
  const removedNodes = r.sample([0, 1, 2, 3, 4, 5, 6, 7], 2).map((number) => `v${number}`);
  const mine = [...state.edges.values()].filter((each) => each.cluster === cluster).map(({ edge }) => edge.id);
  const change = {
    nodes,
    edges,
    removedNodes: removedNodes.filter(
      (id) => (id === 'v0' || ownerOf(id) === cluster) && !nodes.some((node) => node.id === id),
    ),
    removedEdges: r.sample([...mine, 'unknown'], 3).filter((id) => !edges.some((edge) => edge.id === id)),
  };
  for (const node of change.nodes) state.nodes.set(`${cluster} ${node.id}`, { cluster, node });
  for (const edge of change.edges) state.edges.set(edge.id, { cluster, edge });
  for (const id of change.removedNodes) state.nodes.delete(`${cluster} ${id}`);
  for (const id of change.removedEdges) state.edges.delete(id);
  return change;
}

function ownerOf(id: string): string {
  const sum = [...id].reduce((total, character) => total + character.charCodeAt(0), 0);
  return clusters[sum % 2 === 0 ? 0 : 1];
}

function fresh(graph: SmallGraph): Projection {
  const projection = createProjection();
  for (const { cluster, edge } of graph.edges) applyChange(projection, cluster, { edges: [edge] });
  for (const { cluster, node } of graph.nodes) applyChange(projection, cluster, { nodes: [node] });
  compact(projection);
  return projection;
}

test('after any history a projection holds, and answers, what a fresh one does', () => {
  for (const seed of seeds(seedCount)) {
    const r = random(seed);
    const state = new Partitions();
    const projection = createProjection();
    const history: { readonly cluster: string; readonly change: Change }[] = [];
    for (let step = 0; step < 12; step++) {
      const cluster = r.pick(clusters);
      const change = randomDelta(r, cluster, state);
      history.push({ cluster, change });
      applyDelta(projection, cluster, step, change);
      // A follower may get deltas again, after a scan that had already seen them.
      if (r.chance(0.2))
        for (const again of history.slice(-3)) applyDelta(projection, again.cluster, step, again.change);
      if (r.chance(0.2)) compact(projection);
      const graph = state.graph();
      assert.deepEqual(contents(projection), contents(fresh(graph)), `PORTOLAN_SEED=${seed}, step ${step}`);
      if (graph.nodes.length === 0) continue;
      const scope = randomScope(r);
      const query = {
        from: randomEndpoint(r, graph),
        to: randomEndpoint(r, graph),
        first: 5,
        maxHops: 4,
        without: randomWithout(r, graph),
      };
      const { paths } = searchPaths(projection, scope, { ...query, timeBudgetMs });
      assert.deepEqual(paths, naivePaths(graph, scope, query), `PORTOLAN_SEED=${seed}, step ${step}`);
      const { counts } = searchBlastRadius(projection, scope, { of: query.from, maxHops: 4, first: 1, timeBudgetMs });
      assert.deepEqual(counts, naiveBlastRadius(graph, scope, query.from, 4).counts, `PORTOLAN_SEED=${seed}`);
    }
  }
});

test('nothing outside the scope changes an answer', () => {
  for (const seed of seeds(seedCount)) {
    const r = random(seed);
    const state = new Partitions();
    for (const cluster of clusters) for (let step = 0; step < 6; step++) randomDelta(r, cluster, state);
    const graph = state.graph();
    if (graph.nodes.length === 0) continue;
    const [mine, other] = clusters;
    const inside = {
      nodes: graph.nodes.filter(({ cluster }) => cluster === mine),
      edges: graph.edges.filter(({ cluster }) => cluster === mine),
    };
    const scope = { tenant, clusters: { [mine]: 'all' as const } };
    const [from, to] = [randomEndpoint(r, graph), randomEndpoint(r, graph)];
    const query = { from, to, first: 10, maxHops: 6, without: randomWithout(r, graph), timeBudgetMs };
    const blast = { of: from, maxHops: 6, first: 10, timeBudgetMs };
    const [all, alone] = [fresh(graph), fresh(inside)];
    assert.deepEqual(
      searchPaths(all, scope, query),
      searchPaths(alone, scope, query),
      `PORTOLAN_SEED=${seed} ${other}`,
    );
    assert.deepEqual(searchBlastRadius(all, scope, blast), searchBlastRadius(alone, scope, blast));
  }
});

test('a projection compacts itself, and what is gone for good gives its place to what comes', () => {
  const projection = createProjection();
  for (let round = 0; round < 30; round++) {
    const ids = Array.from({ length: 500 }, (_, number) => `pod-${round}-${number}`);
    const nodes = ids.map((id) => graphNode(id, 'Pod', 'a', 'n1'));
    const edges = ids.map((id) => graphEdge('EXPOSE', 'internet', id, 1, [[{ object: `Pod/${id}`, field: 'spec' }]]));
    applyDelta(projection, 'a', 2 * round, { nodes, edges });
    applyDelta(projection, 'a', 2 * round + 1, { removedNodes: ids, removedEdges: edges.map(({ id }) => id) });
  }
  assert.ok(projection.nodes.count < 10_000, `${projection.nodes.count} places for nodes`);
  assert.ok(projection.edges.forward.count < 10_000, `${projection.edges.forward.count} places for edges`);
});

test('a search that runs out of time says so', () => {
  const projection = createProjection();
  const ids = Array.from({ length: 20_000 }, (_, number) => `pod-${number}`);
  const edges = ids.flatMap((id, number) => [graphEdge('STEP', id, ids[(number * 7 + 1) % ids.length] as string, 1)]);
  applyDelta(projection, 'a', 1, { nodes: ids.map((id) => graphNode(id, 'Pod', 'a', 'n1')), edges });
  const scope = { tenant, clusters: 'all' as const };
  const query = { from: { ids: ['pod-5'] }, to: { kinds: ['Pod' as const] }, first: 1, maxHops: 64, timeBudgetMs: 0 };
  assert.equal(searchPaths(projection, scope, query).truncated?.reason, 'TIME_BUDGET');
  const blast = { of: query.to, maxHops: 64, first: 1, timeBudgetMs: 0 };
  assert.equal(searchBlastRadius(projection, scope, blast).truncated?.reason, 'TIME_BUDGET');
});
