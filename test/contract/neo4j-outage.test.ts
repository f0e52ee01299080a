import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { StoreError } from '../../graph/store/errors.ts';
import { openNeo4j } from '../../graph/store/neo4j/open.ts';
import { neo4jMissing, startNeo4j } from '../testbed/neo4j.ts';
import { delta, pod, write } from './context.ts';

test('a lost server gives UPSTREAM_UNAVAILABLE, and the store heals when it is back', {
  skip: await neo4jMissing(),
  timeout: 240_000,
}, async () => {
  const server = await startNeo4j();
  const { uri, auth } = server;
  const opened = await openNeo4j(uri, auth);
  const { store } = opened;
  try {
    const tenant = 'outage';
    const scope = wholeTenant(tenant);
    const { commit, lease } = await write(opened, tenant);
    assert.equal(await commit({ nodes: [pod('a')] }), 1);
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
    await Promise.all([
      assert.rejects(store.nodes(scope, [pod('a').id]), lost),
      assert.rejects(store.apply(lease, 1, delta({})), lost),
      assert.rejects(ended, lost, 'a follower is told, and follows anew'),
      assert.rejects(openNeo4j(uri, auth), lost),
    ]);

    await server.start();
    await sleep(100);
    assert.deepEqual(await store.nodes(scope, [pod('a').id]), [pod('a')], 'what was acknowledged is there');
    const again = await opened.records.acquireLease(lease.partition, 'test', 60_000);
    assert.ok(again);
    assert.equal(await store.apply(again, 1, delta({ nodes: [pod('b')] })), 2);
  } finally {
    await opened.close();
    await server.stop();
  }
});
