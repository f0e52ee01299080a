import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../test/property/random.ts';
import { type Scope, wholeTenant } from '../model/scope.ts';
import { applyChange, compact, createProjection, type Projection } from './projection.ts';
import { searchBlastRadius, searchPaths } from './search.ts';
import { naiveBlastRadius, naivePaths } from './testing/naive.ts';
import {
  crowdedGraph,
  graphEdge,
  graphNode,
  randomEndpoint,
  randomGraph,
  randomScope,
  randomWithout,
  type SmallGraph,
  tenant,
} from './testing/random-graph.ts';

const thorough = process.env.PORTOLAN_THOROUGH !== undefined;
const generous = 60_000;

function project(graph: SmallGraph): Projection {
  const projection = createProjection();
  for (const { cluster, node } of graph.nodes) applyChange(projection, cluster, { nodes: [node] });
  for (const { cluster, edge } of graph.edges) applyChange(projection, cluster, { edges: [edge] });
  return projection;
}

test('the k cheapest simple paths are those of a complete enumeration, in its order', () => {
  for (const seed of seeds(thorough ? 50_000 : 2000)) {
    const r = random(seed);
    const graph = randomGraph(r);
    const projection = project(graph);
    if (r.chance(0.5)) compact(projection);
    for (let queries = 0; queries < 2; queries++) {
      const scope = queries === 0 ? randomScope(r) : wholeTenant(tenant);
      const query = {
        from: randomEndpoint(r, graph),
        to: randomEndpoint(r, graph),
        first: 1 + r.integer(10),
        maxHops: 1 + r.integer(6),
        without: randomWithout(r, graph),
      };
      const answer = searchPaths(projection, scope, { ...query, timeBudgetMs: generous });
      assert.equal(answer.truncated, null);
      assert.deepEqual(answer.paths, naivePaths(graph, scope, query), `PORTOLAN_SEED=${seed} ${JSON.stringify(query)}`);
    }
  }
});

test('among many equals the order holds, and within a tight bound the answer is exact', () => {
  const scope = wholeTenant(tenant);
  for (const seed of seeds(thorough ? 20_000 : 2000)) {
    const r = random(seed);
    const graph = crowdedGraph(r);
    const projection = project(graph);
    const query = {
      from: { ids: r.chance(0.5) ? ['v0'] : ['v0', 'v2'] },
      to: { ids: r.chance(0.5) ? ['v1'] : ['v1', 'v2'] },
      first: 1 + r.integer(60),
      maxHops: 2 + r.integer(4),
    };
    const answer = searchPaths(projection, scope, { ...query, timeBudgetMs: generous });
    assert.deepEqual(answer.paths, naivePaths(graph, scope, query), `PORTOLAN_SEED=${seed} ${JSON.stringify(query)}`);
  }
});

test('assuming gone what the caller may not see changes nothing', () => {
  const hidden = graphNode('hidden', 'Role', 'a', 'n2');
  const [from, to] = [graphNode('from', 'Pod', 'a', 'n1'), graphNode('to', 'Pod', 'a', 'n1')];
  const edge = graphEdge('STEP', 'from', 'to', 1, [[{ object: hidden.ref, field: 'rules[0]' }]]);
  const projection = createProjection();
  applyChange(projection, 'a', { nodes: [hidden, from, to], edges: [edge] });
  const query = {
    from: { ids: ['from'] },
    to: { ids: ['to'] },
    first: 1,
    maxHops: 1,
    timeBudgetMs: generous,
    without: [{ node: 'hidden' }],
  };
  const paths = (clusters: Scope['clusters']) => searchPaths(projection, { tenant, clusters }, query).paths.length;
  assert.equal(paths('all'), 0);
  assert.equal(paths({ a: ['n1'] }), 1);
});

test('the blast radius is that of Bellman and Ford over layers', () => {
  for (const seed of seeds(thorough ? 50_000 : 2000)) {
    const r = random(seed);
    const graph = randomGraph(r);
    const projection = project(graph);
    if (r.chance(0.5)) compact(projection);
    const scope = randomScope(r);
    const query = { of: randomEndpoint(r, graph), maxHops: 1 + r.integer(6), first: 1 + r.integer(6) };
    const answer = searchBlastRadius(projection, scope, { ...query, timeBudgetMs: generous });
    const naive = naiveBlastRadius(graph, scope, query.of, query.maxHops);
    assert.deepEqual(answer.counts, naive.counts, `PORTOLAN_SEED=${seed}`);
    assert.deepEqual(answer.reached, naive.reached.slice(0, query.first), `PORTOLAN_SEED=${seed}`);
  }
});
