import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { StoreError } from '../../graph/store/errors.ts';
import { parseNeo4jAddress } from '../../graph/store/neo4j/address.ts';
import { openDatabase } from '../../graph/store/neo4j/database.ts';
import { openNeo4j } from '../../graph/store/neo4j/open.ts';
import { prepare } from '../../graph/store/neo4j/schema.ts';
import { openHouse, serve } from '../gateway/testbed.ts';
import { random, seeds } from '../property/random.ts';
import { type Neo4jTestbed, neo4jMissing, startNeo4j } from '../testbed/neo4j.ts';
import { delta, edge, kubeNode, pod, write } from './context.ts';

// What other tests on the shared server would suffer from: this one is killed, and its graph is dropped.

describe('a Neo4j server of its own', { skip: await neo4jMissing() }, () => {
  let server: Neo4jTestbed;
  const open = () => openNeo4j(server.uri, server.auth);
  before(async () => {
    server = await startNeo4j();
  });
  after(() => server?.stop());

  test('indexes that several make at once, in one process and in two, are made', async () => {
    const databases = await Promise.all([1, 2].map(() => openDatabase(parseNeo4jAddress(server.uri), server.auth)));
    const prepared = await Promise.all(databases.map((database) => prepare(database)));
    const names = Array.from({ length: 5 }, (_, i) => `MADE_AT_ONCE_${i}`);
    await Promise.all([...prepared, ...prepared].map((kinds) => kinds.add(names)));
    for (const kinds of prepared) assert.ok(names.every((name) => kinds.has(name)));
    for (const database of databases) await database.close();
  });

  test('of two transactions that wait for each other, the one that gives way is run again', async () => {
    const database = await openDatabase(parseNeo4jAddress(server.uri), server.auth);
    await database.alone('CREATE (:Waiting { name: 1, writes: 0 }), (:Waiting { name: 2, writes: 0 })');
    const firsts = [1, 2].map(() => Promise.withResolvers<void>());
    let runs = 0;
    const write = (first: number, second: number): Promise<void> =>
      database.writing(async (run) => {
        runs++;
        for (const name of [first, second]) {
          await run('MATCH (n:Waiting { name: $name }) SET n.writes = n.writes + 1', { name });
          firsts[first - 1]?.resolve();
          await Promise.all(firsts.map(({ promise }) => promise));
        }
      });
    await Promise.all([write(1, 2), write(2, 1)]);
    assert.equal(runs, 3);
    const found = await database.read<{ readonly writes: number }>('MATCH (n:Waiting) RETURN n.writes AS writes');
    assert.deepEqual(found, [{ writes: 2 }, { writes: 2 }]);
    await database.alone('MATCH (n:Waiting) DELETE n');
    await database.close();
  });

  test('the log keeps so many deltas and so many bytes, as if each commit had looked at all of it', async () => {
    const [seed = 1] = seeds(1);
    const draw = random(seed);
    const database = await openDatabase(parseNeo4jAddress(server.uri), server.auth);
    const tenant = 'limits';
    for (const log of [
      { deltas: 20, bytes: 1e9 },
      { deltas: 1_000, bytes: 40_000 },
    ]) {
      const opened = await openNeo4j(server.uri, { ...server.auth, log });
      const cluster = `kept-${log.deltas}`;
      const { commit } = await write(opened, tenant, cluster);
      let kept: { readonly version: number; readonly size: number }[] = [];
      for (let i = 0; i < 125; i++) {
        // The last is larger than all others together.
        const length = i === 124 ? 90_000 : 1 + draw.integer(300);
        const labels = Array.from({ length }, () => draw.integer(16).toString(16)).join('');
        const version = await commit({ nodes: [pod('p', { cluster, properties: { labels: [labels] } })] });
        const found = await database.read<{ readonly version: number; readonly size: number }>(
          `MATCH (d:PortolanDelta {tenant: $tenant, cluster: $cluster}) WHERE d.version > 0
           RETURN d.version AS version, d.size AS size ORDER BY version`,
          { tenant, cluster },
        );
        kept.push({ version, size: found.at(-1)?.size ?? 0 });
        const bytes = () => kept.reduce((sum, { size }) => sum + size, 0);
        while (kept.length > 1 && (kept.length > log.deltas || bytes() > log.bytes)) kept = kept.slice(1);
        assert.deepEqual(found, kept, `seed ${seed}`);
        const begins = await opened.store.logBegins(tenant);
        assert.equal(begins[cluster], (kept[0]?.version ?? 0) - 1);
      }
      await opened.close();
    }
    await database.close();
  });

  test('a graph of another model is dropped whole and charted anew; the records are kept', async () => {
    const tenant = 'rebuild';
    const scope = wholeTenant(tenant);
    const old = await open();
    const { lease, commit } = await write(old, tenant);
    const pods = Array.from({ length: 4_000 }, (_, i) => pod(`${i}`));
    const node = kubeNode('n');
    await commit({ nodes: [node, ...pods], edges: pods.map((from) => edge(from, 'RUNS_ON', node)) });
    await old.records.putNamedSet(tenant, 'CROWN_JEWELS', [pod('0').id]);
    await old.records.putValue(tenant, 'cursor', '7');

    const database = await openDatabase(parseNeo4jAddress(server.uri), server.auth);
    await prepare(database, 'another model');
    const [left] = await database.read<{ readonly items: number }>('MATCH (n:Entity) RETURN count(n) AS items');
    assert.equal(left?.items, 0);
    await database.close();
    await assert.rejects(old.store.apply(lease, 2, delta({})), { code: 'UPSTREAM_UNAVAILABLE', message: /restart/ });
    await old.close();

    const opened = await open();
    try {
      const { store, records } = opened;
      assert.deepEqual(await store.nodes(scope, [node.id]), [null]);
      assert.equal(await store.count(scope, []), 0);
      const followed = store.changes(tenant, { alpha: 1 }, AbortSignal.timeout(10_000));
      await assert.rejects(followed[Symbol.asyncIterator]().next(), { code: 'VERSION_EXPIRED' });
      assert.deepEqual(await records.namedSet(tenant, 'CROWN_JEWELS'), [pod('0').id]);
      assert.equal(await records.value(tenant, 'cursor'), '7');
      const again = await write(opened, tenant);
      await again.commit({ nodes: [node, pod('0')], edges: [edge(pod('0'), 'RUNS_ON', node)] });
      assert.deepEqual(await store.nodes(scope, [pod('0').id]), [pod('0')]);
      assert.deepEqual(await store.edges(scope, [edge(pod('0'), 'RUNS_ON', node).id]), [
        edge(pod('0'), 'RUNS_ON', node),
      ]);
    } finally {
      await opened.close();
    }
  });

  test('a lost server gives UPSTREAM_UNAVAILABLE, and store and gateway heal when it is back', {
    timeout: 240_000,
  }, async () => {
    await using closing = new AsyncDisposableStack();
    const { uri, auth } = server;
    const tenant = 'outage';
    const opened = await open();
    const ground = { name: 'Neo4j', skip: false, open: async () => ({ ...opened, tenant }) } as const;
    const { ask } = await serve(closing, await openHouse(closing, ground));
    const { store } = opened;
    const scope = wholeTenant(tenant);
    const { commit, lease } = await write(opened, tenant);
    assert.equal(await commit({ nodes: [pod('a')] }), 1);
    const count = '{ pods { totalCount } }';
    assert.deepEqual((await ask(count)).data, { pods: { totalCount: 1 } });
    const ended = (async () => {
      for await (const change of store.changes(tenant, { alpha: 1 }, AbortSignal.timeout(200_000))) return change;
      return null;
    })();
    ended.catch(() => undefined);

    await server.kill();
    const lost = (error: StoreError) => {
      assert.equal(error.code, 'UPSTREAM_UNAVAILABLE');
      assert.match(error.message, /bolt:\/\/127\.0\.0\.1.*See that the server runs/);
      assert.ok(!error.message.includes(auth.password));
      return true;
    };
    const answered = ask(count);
    await Promise.all([
      assert.rejects(store.nodes(scope, [pod('a').id]), lost),
      assert.rejects(store.apply(lease, 1, delta({})), lost),
      assert.rejects(ended, lost, 'a follower is told, and follows anew'),
      assert.rejects(openNeo4j(uri, auth), lost),
    ]);
    const [error] = (await answered).errors ?? [];
    assert.equal(error?.extensions.code, 'UPSTREAM_UNAVAILABLE');
    assert.doesNotMatch(error?.message ?? '', /bolt|127/, 'where the store is, is nobody’s business');

    await server.start();
    await sleep(100);
    assert.deepEqual(await store.nodes(scope, [pod('a').id]), [pod('a')], 'what was acknowledged is there');
    const again = await opened.records.acquireLease(lease.partition, 'test', 60_000);
    assert.ok(again);
    assert.equal(await store.apply(again, 1, delta({ nodes: [pod('b')] })), 2);
    assert.deepEqual((await ask(count)).data, { pods: { totalCount: 2 } });
  });
});
