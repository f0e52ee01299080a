import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeTenant } from '../model/scope.ts';
import { openPathEngine, type PathEngineOptions } from './engine.ts';
import { PathEngineError } from './errors.ts';
import type { PathEngine, PathQuery } from './port.ts';
import { type FakeStore, fakeStore } from './testing/fake-store.ts';
import { graphEdge, graphNode, tenant } from './testing/random-graph.ts';
import { startThread, type Thread } from './thread.ts';

const everyone = wholeTenant(tenant);
const query: PathQuery = {
  from: { set: 'INTERNET' },
  to: { set: 'CLUSTER_ADMIN' },
  first: 10,
  maxHops: 12,
  timeBudgetMs: 10_000,
};

/** Internet, a pod, the cluster; the way in is there, the last step is not. */
function seeded(): FakeStore {
  const store = fakeStore();
  store.commit('a', {
    nodes: [
      graphNode('internet', 'Internet', 'a', null),
      graphNode('web', 'Pod', 'a', 'n1'),
      graphNode('a', 'Cluster', 'a', null),
    ],
    edges: [graphEdge('EXPOSE', 'internet', 'web', 1)],
  });
  return store;
}

async function withEngine(
  store: FakeStore,
  use: (engine: PathEngine) => Promise<void>,
  options?: PathEngineOptions,
): Promise<void> {
  const engine = await openPathEngine(store, tenant, options);
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}

const soon = () => AbortSignal.timeout(5000);

test('what was scanned and what came since shows in answers, at the version they name', async () => {
  const store = seeded();
  await withEngine(store, async (engine) => {
    assert.deepEqual(await engine.paths(everyone, query), { version: { a: 1 }, paths: [], truncated: null });
    const version = store.commit('a', { edges: [graphEdge('ADMIN', 'web', 'a', 2)] });
    await engine.reached(version, soon());
    const answer = await engine.paths(everyone, query);
    assert.deepEqual(answer.version, { a: 2 });
    assert.deepEqual(
      answer.paths.map(({ cost, length }) => [cost, length]),
      [[3, 2]],
    );
    await engine.reached(store.commit('a', { removedNodes: ['web'] }), soon());
    assert.deepEqual((await engine.paths(everyone, query)).paths, []);
    const blast = await engine.blastRadius(everyone, { of: query.from, maxHops: 3, first: 5, timeBudgetMs: 1000 });
    assert.deepEqual(blast.counts, {});
    assert.equal(store.scans(), 1);
  });
});

test('when changes have expired it scans anew', async () => {
  const store = seeded();
  await withEngine(store, async (engine) => {
    store.commit('a', { removedEdges: ['EXPOSE.internet-web'] });
    const version = store.commit('a', { edges: [graphEdge('SHORTCUT', 'internet', 'a', 4)] });
    store.expire();
    await engine.reached(version, soon());
    const answer = await engine.paths(everyone, query);
    assert.deepEqual(
      answer.paths.map(({ cost }) => cost),
      [4],
    );
    assert.equal(store.scans(), 2);
    await engine.reached(store.commit('b', { nodes: [graphNode('b', 'Cluster', 'b', null)] }), soon());
  });
});

test('a store that fails for a while is asked again, and the old answers stand', async () => {
  const store = seeded();
  const troubles: unknown[] = [];
  const trouble = Promise.withResolvers<void>();
  const onTrouble = (error: unknown): void => {
    troubles.push(error);
    trouble.resolve();
  };
  await withEngine(
    store,
    async (engine) => {
      const outage = new Error('outage');
      store.fail(outage);
      await trouble.promise;
      assert.equal(troubles[0], outage);
      assert.deepEqual((await engine.paths(everyone, query)).version, { a: 1 });
      store.fail(null);
      await engine.reached(store.commit('a', {}), soon());
    },
    { onTrouble },
  );
});

test('a thread that dies fails what was asked of it, and a new one is loaded', async () => {
  const store = seeded();
  const threads: Thread[] = [];
  const start = (): Thread => {
    const thread = startThread();
    threads.push(thread);
    return thread;
  };
  await withEngine(
    store,
    async (engine) => {
      // So many that the thread dies before it has come to the last.
      const asked = Array.from({ length: 200 }, () => engine.paths(everyone, query));
      void threads[0]?.stop();
      const outcomes = await Promise.allSettled(asked);
      const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
      for (const { reason } of failed) assert.equal(reason.code, 'RESTARTING');
      assert.equal(outcomes.at(-1)?.status, 'rejected');
      assert.deepEqual((await engine.paths(everyone, query)).version, { a: 1 });
      assert.equal(threads.length, 2);
      await engine.reached(store.commit('a', {}), soon());
    },
    { start },
  );
});

test('a store that fails at first fails the opening', async () => {
  const store = seeded();
  store.fail(new Error('outage'));
  await assert.rejects(openPathEngine(store, tenant), /outage/);
});

test('reached waits for every partition named, until its signal ends the wait', async () => {
  const store = seeded();
  await withEngine(store, async (engine) => {
    const waiting = engine.reached({ a: 1, b: 1 }, AbortSignal.timeout(20));
    await assert.rejects(waiting, { name: 'TimeoutError' });
    const arrived = engine.reached({ a: 1, b: 1 }, soon());
    store.commit('b', {});
    await arrived;
  });
});

test('queries past the bound are refused, and those that wait are answered in turn', async () => {
  await withEngine(
    seeded(),
    async (engine) => {
      const asked = [1, 2, 3, 4].map(() => engine.paths(everyone, query));
      const settled = await Promise.allSettled(asked);
      assert.deepEqual(
        settled.map((result) => (result.status === 'rejected' ? result.reason.code : 'answered')),
        ['answered', 'answered', 'answered', 'BUSY'],
      );
    },
    { maxWaiting: 2 },
  );
});

test('a query for another tenant, or out of bounds, is refused', async () => {
  await withEngine(seeded(), async (engine) => {
    await assert.rejects(engine.paths(wholeTenant('other'), query), { code: 'INVALID_QUERY' });
    await assert.rejects(engine.paths(everyone, { ...query, maxHops: 65 }), { code: 'INVALID_QUERY' });
    await assert.rejects(engine.paths(everyone, { ...query, first: 0 }), { code: 'INVALID_QUERY' });
  });
});

test('after close everything is refused', async () => {
  const engine = await openPathEngine(seeded(), tenant);
  const waiting = engine.reached({ a: 9 });
  const asked = engine.paths(everyone, query);
  const refused = Promise.all([
    assert.rejects(waiting, { code: 'CLOSED' }),
    // Asked before the close: the answer may still come, but nobody waits for it in vain.
    asked.catch((error: unknown) => assert.ok(error instanceof PathEngineError)),
  ]);
  await engine.close();
  await refused;
  await assert.rejects(engine.paths(everyone, query), { code: 'CLOSED' });
});
