import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { wholeTenant } from '../../graph/model/scope.ts';
import { delta, edge, freshTenant, internet, kubeNode, pod, type Subject, write } from './context.ts';

/** Commits: all or nothing, in order, by the holder of the lease alone. */
export function writesContract(subject: Subject): void {
  test('a partition begins at version 0 and moves by one', async () => {
    const tenant = freshTenant();
    assert.deepEqual(await subject().store.version(tenant), {});
    const alpha = await write(subject(), tenant);
    assert.equal(await alpha.commit({ nodes: [pod('a')] }), 1);
    assert.equal(await alpha.commit({}), 2);
    await (await write(subject(), tenant, 'beta')).commit({});
    assert.deepEqual(await subject().store.version(tenant), { alpha: 2, beta: 1 });
  });

  test('a delta at another version is a conflict, and changes nothing', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { lease, commit } = await write(subject(), tenant);
    await commit({ nodes: [pod('a')] });
    for (const wrong of [0, 2]) {
      await assert.rejects(store.apply(lease, wrong, delta({ removedNodes: [pod('a').id] })), {
        code: 'VERSION_CONFLICT',
      });
    }
    assert.deepEqual(await store.nodes(wholeTenant(tenant), [pod('a').id]), [pod('a')]);
    assert.deepEqual(await store.version(tenant), { alpha: 1 });
  });

  test('deltas that do not wait for each other are committed in the order of the calls', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { lease } = await write(subject(), tenant);
    const many = Array.from({ length: 2_000 }, (_, i) => pod(`${i}`));
    const deltas = [{ nodes: many }, { removedNodes: [pod('0').id] }, {}, { nodes: [pod('x')] }];
    const versions = await Promise.all(deltas.map((changes, version) => store.apply(lease, version, delta(changes))));
    assert.deepEqual(versions, [1, 2, 3, 4]);
    assert.equal(await store.count(wholeTenant(tenant), []), 2_000);
  });

  test('of two deltas at one version, one is committed', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { lease } = await write(subject(), tenant);
    const both = await Promise.allSettled(
      ['a', 'b'].map((name) => store.apply(lease, 0, delta({ nodes: [pod(name)] }))),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal(await store.count(wholeTenant(tenant), []), 1);
  });

  test('a delta with one bad value changes nothing', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { commit } = await write(subject(), tenant);
    await assert.rejects(commit({ nodes: [pod('a'), pod('b', { kind: 'Planet' as 'Pod' })] }), {
      code: 'INVALID_VALUE',
    });
    await commit({ nodes: [pod('a')] });
    // An id that names another node shows only while the delta is being written.
    const stolen = { ...kubeNode('n'), id: pod('a').id };
    const from = pod('b');
    await assert.rejects(commit({ nodes: [from, stolen], edges: [edge(from, 'RUNS_ON', stolen)] }), {
      code: 'INVALID_VALUE',
    });
    assert.deepEqual(await store.nodes(wholeTenant(tenant), [pod('a').id, from.id]), [pod('a'), null]);
    assert.deepEqual(await store.version(tenant), { alpha: 1 });
  });

  test('a delta over the limit is refused', async () => {
    const { commit } = await write(subject(), freshTenant());
    const removedNodes = Array.from({ length: 10_001 }, (_, i) => `Pod.${i}`);
    await assert.rejects(commit({ removedNodes }), { code: 'TOO_LARGE' });
  });

  test('whoever lost the lease is fenced off', async () => {
    const tenant = freshTenant();
    const { store, records } = subject();
    const partition = { tenant, cluster: 'alpha' };
    const lost = await records.acquireLease(partition, 'first', 1);
    assert.ok(lost);
    await sleep(5);
    await assert.rejects(store.apply(lost, 0, delta({})), { code: 'LEASE_LOST' }, 'expired');
    const held = await records.acquireLease(partition, 'second', 60_000);
    assert.ok(held);
    for (const forged of [lost, { ...lost, token: held.token }, { ...held, token: held.token + 1 }]) {
      await assert.rejects(store.apply(forged, 0, delta({})), { code: 'LEASE_LOST' });
    }
    await assert.rejects(store.apply({ ...held, partition: { tenant, cluster: 'beta' } }, 0, delta({})), {
      code: 'LEASE_LOST',
    });
    assert.equal(await store.apply(held, 0, delta({})), 1);
    await records.releaseLease(held);
    await assert.rejects(store.apply(held, 1, delta({})), { code: 'LEASE_LOST' }, 'released');
  });

  test('applying twice is applying once', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { commit } = await write(subject(), tenant);
    const [a, n] = [pod('a'), kubeNode('n')];
    const again = {
      nodes: [a, n],
      edges: [edge(a, 'RUNS_ON', n)],
      removedNodes: ['Pod.unknown'],
      removedEdges: ['RUNS_ON.x'],
    };
    await commit(again);
    await commit(again);
    assert.equal(await store.count(wholeTenant(tenant), []), 2);
    assert.deepEqual(await store.edges(wholeTenant(tenant), [edge(a, 'RUNS_ON', n).id]), [edge(a, 'RUNS_ON', n)]);
  });

  test('a removed node is a tombstone: found by id alone, with its edges gone, until it comes back', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const scope = wholeTenant(tenant);
    const { commit } = await write(subject(), tenant);
    const [a, n] = [pod('a'), kubeNode('n')];
    const on = edge(a, 'RUNS_ON', n);
    const near = { relationships: [], direction: 'out', page: { first: 10 } } as const;
    await commit({ nodes: [a, n], edges: [on] });
    await commit({ at: '2026-01-02T00:00:00Z', removedNodes: [n.id] });
    await commit({ at: '2026-01-03T00:00:00Z', removedNodes: [n.id] });
    assert.deepEqual(await store.nodes(scope, [n.id]), [{ ...n, deletedAt: '2026-01-02T00:00:00.000Z' }]);
    assert.deepEqual(await store.edges(scope, [on.id]), [null]);
    assert.deepEqual((await store.find(scope, { kinds: ['Node'], page: { first: 10 } })).items, []);
    assert.equal(await store.count(scope, ['Node']), 0);
    assert.deepEqual(await store.facets(scope, ['Node'], undefined, ['name']), []);
    assert.deepEqual(await store.adjacent(scope, [a.id], near), [{ items: [], hasNextPage: false }]);
    assert.deepEqual(await store.countAdjacent(scope, [n.id], { relationships: [], direction: 'in' }), [0]);
    await commit({ nodes: [n] });
    assert.deepEqual(await store.edges(scope, [on.id]), [on]);
    await commit({ removedEdges: [on.id] });
    assert.deepEqual(await store.edges(scope, [on.id]), [null]);
  });

  test('a shared node lives while any cluster claims it, for those who see the claim', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const alpha = await write(subject(), tenant, 'alpha');
    const beta = await write(subject(), tenant, 'beta');
    const scopes = [
      wholeTenant(tenant),
      ...['alpha', 'beta'].map((c) => ({ tenant, clusters: { [c]: 'all' as const } })),
    ];
    const { id } = internet('x', '');
    const seen = async () => {
      const found = await Promise.all(scopes.map(async (scope) => (await store.nodes(scope, [id]))[0]));
      return found.map((node) => node && [node.claims.join(), node.deletedAt]);
    };
    await alpha.commit({ nodes: [internet('x', 'in-alpha')] });
    assert.deepEqual(await seen(), [['in-alpha', null], ['in-alpha', null], null]);
    await beta.commit({ nodes: [internet('x', 'in-beta')] });
    assert.deepEqual(await seen(), [
      ['in-alpha,in-beta', null],
      ['in-alpha', null],
      ['in-beta', null],
    ]);
    await alpha.commit({ at: '2026-01-02T00:00:00.000Z', removedNodes: [id] });
    const gone = ['in-alpha', '2026-01-02T00:00:00.000Z'];
    assert.deepEqual(await seen(), [['in-beta', null], gone, ['in-beta', null]]);
    assert.deepEqual(await Promise.all(scopes.map((scope) => store.count(scope, ['Internet']))), [1, 0, 1]);
    await beta.commit({ at: '2026-01-03T00:00:00.000Z', removedNodes: [id] });
    const last = '2026-01-03T00:00:00.000Z';
    assert.deepEqual(await seen(), [['in-alpha,in-beta', last], gone, ['in-beta', last]]);
  });

  test('a node of one cluster is not another cluster’s to state or remove', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    await (await write(subject(), tenant, 'alpha')).commit({ nodes: [pod('a')] });
    const beta = await write(subject(), tenant, 'beta');
    await assert.rejects(beta.commit({ nodes: [pod('a')] }), { code: 'INVALID_VALUE' });
    await assert.rejects(beta.commit({ nodes: [{ ...pod('a'), cluster: 'beta' }] }), { code: 'INVALID_VALUE' });
    await beta.commit({ removedNodes: [pod('a').id] });
    assert.equal(await store.count(wholeTenant(tenant), ['Pod']), 1);
  });
}
