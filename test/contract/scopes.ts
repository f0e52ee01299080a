import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { grantOn, mayReadClaim, type Scope } from '../../graph/model/scope.ts';
import { random, seeds } from '../property/random.ts';
import { freshTenant, type Opened, type Subject, write } from './context.ts';
import { clusters, randomDelta, randomFilter, randomKinds, randomScope } from './generate.ts';

/** Where each cluster stated a node or edge last, by id, whether or not it has since removed it. */
interface Ledger {
  readonly nodes: Map<string, Map<string, GraphNode>>;
  readonly edges: Map<string, Set<string>>;
}

async function statedGraph(opened: Opened, seed: number, tenant: string): Promise<Ledger> {
  const chance = random(seed);
  const ledger: Ledger = { nodes: new Map(), edges: new Map() };
  const writers = await Promise.all(clusters.map((cluster) => write(opened, tenant, cluster)));
  for (let second = 0; second < 12; second++) {
    const which = chance.integer(clusters.length);
    const cluster = clusters[which] as string;
    const delta = randomDelta(chance, cluster, second, 20);
    await writers[which]?.commit(delta);
    for (const node of delta.nodes) {
      ledger.nodes.set(node.id, new Map(ledger.nodes.get(node.id)).set(cluster, node));
    }
    for (const { id } of delta.edges) ledger.edges.set(id, new Set(ledger.edges.get(id)).add(cluster));
  }
  return ledger;
}

/** Everything that every read method gives for a scope. */
async function everythingRead({ store }: Opened, scope: Scope, ledger: Ledger, seed: number) {
  const chance = random(seed);
  const nodes: (GraphNode | null)[] = [];
  const edges: (GraphEdge | null)[] = [];
  const ids = [...ledger.nodes.keys()];
  const kinds = randomKinds(chance);
  const filter = randomFilter(chance, kinds);
  const page = { first: 1_000 };
  nodes.push(...(await store.nodes(scope, ids)));
  edges.push(...(await store.edges(scope, [...ledger.edges.keys()])));
  const found = (await store.find(scope, { kinds, filter, page })).items.map(({ item }) => item);
  nodes.push(...found, ...(await store.find(scope, { kinds: [], page })).items.map(({ item }) => item));
  for (const direction of ['in', 'out'] as const) {
    const near = { relationships: [], direction, kinds: [] } as const;
    const pages = await store.adjacent(scope, ids, { ...near, page });
    for (const { item } of pages.flatMap(({ items }) => items)) {
      nodes.push(item.node);
      edges.push(item.edge);
    }
    const counts = await store.countAdjacent(scope, ids, near);
    assert.deepEqual(
      counts,
      pages.map(({ items }) => items.length),
    );
  }
  assert.equal(await store.count(scope, kinds, filter), found.length);
  const facets = await store.facets(scope, [], undefined, ['id']);
  nodes.push(
    ...(await store.nodes(
      { tenant: scope.tenant, clusters: 'all' },
      facets.map(({ values }) => String(values[0])),
    )),
  );
  return { nodes: nodes.filter((node) => node !== null), edges: edges.filter((edge) => edge !== null) };
}

/** No result of scope A holds anything outside A. */
export function scopesContract(subject: Subject, histories: number): void {
  test('no read gives what lies outside the scope, on random graphs and scopes', async () => {
    for (const seed of seeds(histories)) {
      const tenant = freshTenant();
      const ledger = await statedGraph(subject(), seed, tenant);
      const chance = random(seed);
      for (let round = 0; round < 12; round++) {
        const scope = randomScope(chance, tenant);
        const hint = `PORTOLAN_SEED=${seed}, round ${round}: ${JSON.stringify(scope.clusters)}`;
        const { nodes, edges } = await everythingRead(subject(), scope, ledger, seed * 100 + round);
        const mayRead = (id: string) =>
          [...(ledger.nodes.get(id) ?? [])].some(([cluster, { kind, namespace }]) =>
            mayReadClaim(scope, kind, { cluster, namespace }),
          );
        for (const { id } of nodes) assert.ok(mayRead(id), `${hint}: node ${id}`);
        for (const { id, from, to } of edges) {
          assert.ok(mayRead(from) && mayRead(to), `${hint}: an end of ${id}`);
          assert.ok(
            [...(ledger.edges.get(id) ?? [])].some((cluster) => grantOn(scope, cluster) !== undefined),
            `${hint}: ${id}`,
          );
        }
        // Claims and evidence name the cluster that stated them.
        const told = JSON.stringify([edges, nodes.filter(({ cluster }) => cluster !== null)]);
        for (const cluster of clusters) {
          if (grantOn(scope, cluster) === undefined)
            assert.ok(!told.includes(cluster), `${hint}: something of ${cluster}`);
        }
      }
      const stranger = await everythingRead(subject(), { tenant: freshTenant(), clusters: 'all' }, ledger, seed);
      assert.deepEqual(stranger, { nodes: [], edges: [] }, 'another tenant sees nothing');
      const nobody = await everythingRead(subject(), { tenant, clusters: {} }, ledger, seed);
      assert.deepEqual(nobody, { nodes: [], edges: [] }, 'no grant, no sight');
    }
  });
}
