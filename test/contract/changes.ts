import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommittedDelta, GraphEdge, GraphNode, VersionVector } from '../../graph/model/graph.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { random, seeds } from '../property/random.ts';
import { collect, delta, edge, freshTenant, kubeNode, pod, type Subject, write } from './context.ts';
import { clusters, randomDelta } from './generate.ts';
import { reference } from './reference.ts';

/** What follows `since`, until so many have come. */
async function following(
  store: GraphStore,
  tenant: string,
  since: VersionVector,
  count: number,
): Promise<CommittedDelta[]> {
  const found: CommittedDelta[] = [];
  const stop = AbortSignal.timeout(5_000);
  const enough = new AbortController();
  if (count === 0) enough.abort();
  for await (const change of store.changes(tenant, since, AbortSignal.any([stop, enough.signal]))) {
    found.push(change);
    if (found.length === count) enough.abort();
  }
  assert.equal(found.length, count, 'changes that came within 5 s');
  return found;
}

/** A follower's copy: what each partition states, by cluster and id. */
function replica() {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const key = (cluster: string, id: string) => `${cluster}/${id}`;
  return {
    nodes,
    edges,
    put(cluster: string, changed: readonly GraphNode[], changedEdges: readonly GraphEdge[]): void {
      for (const node of changed) nodes.set(key(cluster, node.id), node);
      for (const edge of changedEdges) edges.set(key(cluster, edge.id), edge);
    },
    drop(cluster: string, ids: readonly string[], edgeIds: readonly string[]): void {
      for (const id of ids) nodes.delete(key(cluster, id));
      for (const id of edgeIds) edges.delete(key(cluster, id));
    },
  };
}

/** The log, and the scan that a follower begins with. */
export function changesContract(subject: Subject): void {
  test('changes replay each partition in order, then follow it until the signal', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const alpha = await write(subject(), tenant, 'alpha');
    const beta = await write(subject(), tenant, 'beta');
    const stated = delta({ nodes: [pod('a'), kubeNode('n')], edges: [edge(pod('a'), 'RUNS_ON', kubeNode('n'))] });
    await alpha.commit(stated);
    await beta.commit({});
    await alpha.commit({ removedNodes: [pod('a').id] });
    const replayed = await following(store, tenant, {}, 3);
    const placed = replayed.map(
      ({ partition, version }) => `${partition.tenant === tenant} ${partition.cluster} ${version}`,
    );
    assert.deepEqual(placed.sort(), ['true alpha 1', 'true alpha 2', 'true beta 1']);
    assert.deepEqual(replayed.find(({ version }) => version === 1)?.delta, stated);

    const live = following(store, tenant, { alpha: 2, beta: 1 }, 3);
    await alpha.commit({ nodes: [pod('b')] });
    await beta.commit({});
    await (await write(subject(), tenant, 'gamma')).commit({});
    const seen = (await live).map(({ partition, version }) => `${partition.cluster} ${version}`);
    assert.deepEqual(seen.sort(), ['alpha 3', 'beta 2', 'gamma 1'], 'a new partition too');
  });

  test('another tenant’s changes are not seen', async () => {
    const [mine, other] = [freshTenant(), freshTenant()];
    await (await write(subject(), other)).commit({ nodes: [pod('a')] });
    const alpha = await write(subject(), mine);
    const live = following(subject().store, mine, {}, 1);
    await alpha.commit({});
    assert.equal((await live)[0]?.partition.tenant, mine);
  });

  test('changes end with the signal, also when nothing comes', async () => {
    const tenant = freshTenant();
    const stop = new AbortController();
    const all = collect(subject().store.changes(tenant, {}, stop.signal));
    setTimeout(() => stop.abort(), 20);
    assert.deepEqual(await all, []);
    assert.deepEqual(await collect(subject().store.changes(tenant, {}, AbortSignal.abort())), []);
  });

  test('a version that is ahead, unknown or pruned has expired', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { commit } = await write(subject(), tenant);
    await commit({ at: '2026-01-01T00:00:00Z', nodes: [pod('a')] });
    await commit({ at: '2026-02-01T00:00:00Z', removedNodes: [pod('a').id], nodes: [pod('b')] });
    await commit({ at: '2026-03-01T00:00:00Z', removedNodes: [pod('b').id] });
    const expired = (since: VersionVector) =>
      assert.rejects(following(store, tenant, since, 1), { code: 'VERSION_EXPIRED', message: /scan/ });
    await expired({ alpha: 4 });
    await expired({ alpha: 3, unknown: 1 });
    await store.prune(tenant, new Date('2026-02-15T00:00:00Z'));
    await expired({});
    await expired({ alpha: 1 });
    assert.equal((await following(store, tenant, { alpha: 2 }, 1))[0]?.version, 3);
    const scope = wholeTenant(tenant);
    const [a, b] = await store.nodes(scope, [pod('a').id, pod('b').id]);
    assert.equal(a, null, 'an old tombstone goes');
    assert.equal(b?.deletedAt, '2026-03-01T00:00:00.000Z', 'a young one stays');
    await store.prune(tenant, new Date('2027-01-01T00:00:00Z'));
    await expired({ alpha: 2 });
    assert.deepEqual(await following(store, tenant, { alpha: 3 }, 0), []);
    assert.equal(await commit({ nodes: [pod('a')] }), 4);
    assert.deepEqual(await store.nodes(scope, [pod('a').id]), [pod('a')]);
  });

  test('an edge outlives the pruning of its end, and shows when that comes back', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { commit } = await write(subject(), tenant);
    const [a, n] = [pod('a'), kubeNode('n')];
    const on = edge(a, 'RUNS_ON', n);
    await commit({ nodes: [a], edges: [on] });
    assert.deepEqual(await store.nodes(wholeTenant(tenant), [n.id]), [null], 'an end that was never stated is no node');
    await commit({ nodes: [n] });
    await commit({ at: '2026-01-02T00:00:00Z', removedNodes: [n.id] });
    await store.prune(tenant, new Date('2026-01-03T00:00:00Z'));
    assert.deepEqual(await store.nodes(wholeTenant(tenant), [n.id]), [null]);
    await commit({ nodes: [n] });
    assert.deepEqual(await store.edges(wholeTenant(tenant), [on.id]), [on]);
  });

  test('a scan that races with writers, and the changes since it began, converge', async () => {
    for (const seed of seeds(3)) {
      const chance = random(seed);
      const tenant = freshTenant();
      const { store } = subject();
      const expected = reference();
      const writers = await Promise.all(clusters.map((cluster) => write(subject(), tenant, cluster)));
      let second = 0;
      const commitSome = async (count: number) => {
        for (let i = 0; i < count; i++) {
          const which = chance.integer(clusters.length);
          const cluster = clusters[which] as string;
          const next = randomDelta(chance, cluster, second++, 40);
          await writers[which]?.commit(next);
          expected.apply(cluster, next);
        }
      };
      await commitSome(10);
      // More than one page, so that writes fall between pages.
      const many = Array.from({ length: 1_500 }, (_, i) => pod(`many-${i}`));
      await writers[0]?.commit({ nodes: many });
      expected.apply('alpha', delta({ nodes: many }));

      const copy = replica();
      const { version, batches } = await store.scan(tenant);
      for await (const batch of batches) {
        if ('nodes' in batch) copy.put(batch.cluster, batch.nodes, []);
        else copy.put(batch.cluster, [], batch.edges);
        await commitSome(2);
      }
      const now = await store.version(tenant);
      const missed = Object.entries(now).reduce((sum, [cluster, at]) => sum + at - (version[cluster] ?? 0), 0);
      for (const { partition, delta } of await following(store, tenant, version, missed)) {
        copy.put(partition.cluster, delta.nodes, delta.edges);
        copy.drop(partition.cluster, delta.removedNodes, delta.removedEdges);
      }
      for (const cluster of clusters) {
        const { nodes, edges } = expected.contents(cluster);
        const under = <T>(map: ReadonlyMap<string, T>) =>
          new Map(
            [...map]
              .filter(([key]) => key.startsWith(`${cluster}/`))
              .map(([key, value]) => [key.slice(cluster.length + 1), value]),
          );
        const hint = `PORTOLAN_SEED=${seed}, ${cluster}`;
        assert.deepEqual(under(copy.nodes), new Map(nodes.map((node) => [node.id, node])), hint);
        assert.deepEqual(under(copy.edges), new Map(edges.map((edge) => [edge.id, edge])), hint);
        const alone = replica();
        for await (const batch of (await store.scan(tenant, cluster)).batches) {
          assert.equal(batch.cluster, cluster);
          if ('nodes' in batch) alone.put(cluster, batch.nodes, []);
          else alone.put(cluster, [], batch.edges);
        }
        assert.deepEqual(under(alone.nodes), under(copy.nodes), `${hint}: a scan of one partition, at rest`);
        assert.deepEqual(under(alone.edges), under(copy.edges), hint);
      }
    }
  });
}
