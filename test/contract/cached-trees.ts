import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delta, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { edgeId, nodeId } from '../../graph/model/id.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import { treeCache } from '../../graph/store/cache/trees.ts';
import { neighbourKinds } from '../../graph/store/field.ts';
import { everything, type Filter, type Page } from '../../graph/store/filter.ts';
import type { Branch, Shape, Tree } from '../../graph/store/port.ts';
import { type Random, random, seeds } from '../property/random.ts';
import { edge, freshTenant, kubeNode, pod, type Subject, write } from './context.ts';
import { clusters, randomDelta, randomFilter, randomNode, randomScope } from './generate.ts';

const megabyte = 1024 * 1024;

const ofNode = { relationships: ['RUNS_ON'], direction: 'in', kinds: ['Pod'] } as const;
const leaf: Shape = { fields: ['phase'], branches: [] };
const over = (branch: Branch): Shape => ({ fields: ['name'], branches: [branch] });

/** Of a node, its pods. */
const all = over({ page: { ...ofNode, page: { first: 10 } }, shape: leaf });
const first = over({ page: { ...ofNode, page: { first: 3 } }, shape: leaf });
const runningOnes = over({
  page: { ...ofNode, filter: { field: 'phase', in: ['Running'] }, page: { first: 10 } },
  shape: leaf,
});
const selected: Filter = { relationship: 'SELECTS', direction: 'in', some: { field: 'name', in: ['web'] } };
const counted = over({ count: ofNode });
const selectedOnes = over({ page: { ...ofNode, filter: selected, page: { first: 10 } }, shape: leaf });
const lowest = over({ one: ofNode, shape: leaf });

/** A shape over few relationships, so that commits meet it. */
function randomShape(chance: Random, depth: number): Shape {
  const branches = Array.from({ length: depth === 0 ? 0 : 1 + chance.integer(2) }, (): Branch => {
    const relationships = [chance.pick(['RUNS_ON', 'RUNS_ON', 'SELECTS'])];
    const direction = chance.pick(['in', 'out'] as const);
    const kinds = chance.chance(0.5) ? [] : chance.sample(['Pod', 'Node', 'Service', 'Internet'] as const, 3);
    const known = kinds.length > 0 ? kinds : neighbourKinds(relationships[0] as string, direction);
    const filter = chance.chance(0.3) ? randomFilter(chance, known, 2) : everything;
    const query = { relationships, direction, kinds, filter };
    if (chance.chance(0.2)) return { count: query };
    const shape = randomShape(chance, depth - 1);
    if (chance.chance(0.3)) return { one: query, shape };
    return { page: { ...query, page: { first: 1 + chance.integer(4) } }, shape };
  });
  return { fields: ['name', 'phase', 'unschedulable'], branches };
}

export function cachedTreesContract(subject: Subject, histories: number): void {
  test('trees from the cache are those of the store, whatever is committed in between', async () => {
    let hits = 0;
    for (const seed of seeds(histories)) {
      const chance = random(seed);
      const tenant = freshTenant();
      const { store } = subject();
      const writers = await Promise.all(clusters.map((cluster) => write(subject(), tenant, cluster)));
      const commit = async (second: number, size: number): Promise<void> => {
        const which = chance.integer(clusters.length);
        await writers[which]?.commit(randomDelta(chance, clusters[which] as string, second, size));
      };
      for (let second = 0; second < 10; second++) await commit(second, 20);
      // Some trees are forgotten for want of room: what is kept again is as right as what was kept first.
      const cache = treeCache(store, 64 * 1024);
      const ids = Array.from({ length: 20 }, () => randomNode(chance, chance.pick(clusters)).id);
      const scopes = [wholeTenant(tenant), randomScope(chance, tenant)];
      const shapes = [first, randomShape(chance, 2), randomShape(chance, 2)];
      const questions = scopes.flatMap((scope) => shapes.map((shape) => ({ scope, shape })));
      for (let second = 10; second < 30; second++) {
        if (chance.chance(0.8)) await commit(second, 3);
        const version = await store.version(tenant);
        for (const { scope, shape } of questions) {
          const some = chance.sample(ids, 10);
          const [cached, stored] = [
            await cache.trees(scope, some, shape, version),
            await store.trees(scope, some, shape),
          ];
          const hint = `PORTOLAN_SEED=${seed}, after commit ${second}: ${JSON.stringify([scope.clusters, shape])}`;
          for (const [i, tree] of cached.entries()) {
            assert.equal(JSON.stringify(tree), JSON.stringify(stored[i]), `${hint} of ${some[i]}`);
          }
        }
      }
      hits += cache.usage().hits;
    }
    assert.ok(hits > 0, 'the cache has answered something');
  });

  test('an answer is no older than its question, while others write', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { commit } = await write(subject(), tenant);
    const cache = treeCache(store, megabyte);
    const node = kubeNode('worker');
    await commit({ nodes: [node, pod('web')], edges: [edge(pod('web'), 'RUNS_ON', node)] });
    const phase = async (): Promise<number> => {
      const [tree] = await cache.trees(wholeTenant(tenant), [node.id], all, await store.version(tenant));
      assert.ok(tree);
      const [found] = (tree.branches[0] as Page<Tree>).items;
      assert.ok(found);
      return Number((found.item.node.properties as { readonly phase?: string }).phase ?? 0);
    };
    let committed = 0;
    const writing = async (): Promise<void> => {
      for (let phase = 1; phase <= 30; phase++) {
        await commit({ nodes: [pod('web', { properties: { phase: String(phase) } })] });
        committed = phase;
      }
    };
    const reading = async (): Promise<void> => {
      while (committed < 30) {
        const asked = committed;
        const found = await phase();
        assert.ok(found >= asked, `${found} is older than ${asked}`);
      }
    };
    await Promise.all([writing(), reading(), reading(), reading()]);
    assert.equal(await phase(), 30);
  });

  test('a tree ends with a commit that touches it, and with no other', async () => {
    const { store } = subject();
    const [node, other] = [kubeNode('node'), kubeNode('other')];
    const running = (name: string): GraphNode => pod(name, { properties: { phase: 'Running' } });
    const [a, b, c, d] = [running('a'), running('b'), running('c'), running('d')];
    const service = pod('web', { id: nodeId('Service', 'alpha', 'web'), kind: 'Service', ref: 'Service/web' });
    const on = (pod: GraphNode): GraphEdge => edge(pod, 'RUNS_ON', node);
    const pending = (pod: GraphNode): GraphNode => ({ ...pod, properties: { phase: 'Pending' } });
    const waiting = pending(pod('waiting'));
    /** A shape, and what is committed after a tree of it was read of `node`. */
    const cases: readonly (readonly [name: string, shape: Shape, change: Partial<Delta>, stays: boolean])[] = [
      ['nothing', all, {}, true],
      ['a pod elsewhere', all, { nodes: [pod('elsewhere')], edges: [edge(pod('elsewhere'), 'RUNS_ON', other)] }, true],
      ['the end of one elsewhere', all, { removedNodes: [pod('elsewhere').id] }, true],
      ['another relationship', all, { nodes: [service], edges: [edge(service, 'SELECTS', a)] }, true],
      ['the root', all, { nodes: [{ ...node, name: 'x' }] }, false],
      ['a leaf', all, { nodes: [pending(a)] }, false],
      ['the end of a leaf', all, { removedNodes: [a.id] }, false],
      ['the end of its edge', all, { removedEdges: [on(a).id] }, false],
      ['one that the edge waited for', all, { nodes: [pod('promised')] }, false],
      ['one more', all, { edges: [edge(pod('elsewhere'), 'RUNS_ON', node)] }, false],
      ['one that comes first', first, { nodes: [{ ...d, ref: 'A' }] }, false],
      ['the end of one beyond the page', first, { removedNodes: [d.id] }, false],
      ['the end of an edge beyond the page', first, { removedEdges: [on(d).id] }, false],
      ['one that matches now', runningOnes, { nodes: [{ ...waiting, properties: { phase: 'Running' } }] }, false],
      ['the end of one counted', counted, { removedNodes: [a.id] }, false],
      ['the end of an edge counted', counted, { removedEdges: [on(a).id] }, false],
      ['one elsewhere, and a count', counted, { nodes: [pod('elsewhere', { name: 'y' })] }, true],
      ['a neighbour of a neighbour', selectedOnes, { nodes: [service], edges: [edge(service, 'SELECTS', a)] }, false],
      [
        'one that is not the lowest',
        lowest,
        {
          removedEdges: [a, b, c, d, waiting]
            .sort(byId)
            .slice(1)
            .map(({ id }) => edgeId(id, 'RUNS_ON', node.id)),
        },
        true,
      ],
    ];
    for (const [name, shape, change, stays] of cases) {
      const tenant = freshTenant();
      const { commit } = await write(subject(), tenant);
      const pods = [a, b, c, d, waiting];
      const edges = [...pods.map(on), on(pod('promised'))];
      await commit({ nodes: [node, other, ...pods, pod('elsewhere')], edges });
      const cache = treeCache(store, megabyte);
      const ask = async () =>
        JSON.stringify(await cache.trees(wholeTenant(tenant), [node.id], shape, await store.version(tenant)));
      await ask();
      await commit(change);
      assert.equal(await ask(), JSON.stringify(await store.trees(wholeTenant(tenant), [node.id], shape)), name);
      assert.deepEqual(cache.usage().hits, stays ? 1 : 0, name);
    }
  });

  test('what is gone for good is not found in the cache', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { commit } = await write(subject(), tenant);
    const node = kubeNode('node');
    await commit({ nodes: [node] });
    await commit({ removedNodes: [node.id], at: '2020-01-01T00:00:00.000Z' });
    const cache = treeCache(store, megabyte);
    const ask = async () => cache.trees(wholeTenant(tenant), [node.id], all, await store.version(tenant));
    assert.equal((await ask())[0]?.node.deletedAt, '2020-01-01T00:00:00.000Z');
    await store.prune(tenant, new Date('2021-01-01'));
    assert.deepEqual(await ask(), [null]);
  });
}

const byId = (one: GraphNode, other: GraphNode): number => (one.id < other.id ? -1 : 1);
