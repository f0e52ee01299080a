import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { wholeTenant } from '../../graph/model/scope.ts';
import { openSqlite } from '../../graph/store/sqlite/open.ts';
import { pathEngines } from './engines.ts';

test('an engine is one a tenant, is closed when nobody asks for it, and opened anew for who does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-engines-'));
  const { store, close } = await openSqlite(join(folder, 'graph.db'));
  const idleMs = 1000; // longer than a busy machine may keep this test from asking
  const engines = pathEngines(store, pino({ level: 'silent' }), idleMs);
  const query = {
    from: { set: 'INTERNET' },
    to: { set: 'CLUSTER_ADMIN' },
    first: 1,
    maxHops: 3,
    timeBudgetMs: 1000,
  } as const;
  try {
    const [idle, busy] = await Promise.all([engines.open('idle'), engines.open('busy')]);
    assert.equal(await engines.open('idle'), idle);
    for (const limit = Date.now() + 2 * idleMs; Date.now() < limit; await sleep(20)) {
      assert.equal(await engines.open('busy'), busy);
    }
    await assert.rejects(idle.paths(wholeTenant('idle'), query), 'its thread is gone');
    const again = await engines.open('idle');
    assert.notEqual(again, idle);
    assert.deepEqual((await again.paths(wholeTenant('idle'), query)).paths, []);
  } finally {
    await engines.close();
    await close();
    await rm(folder, { recursive: true });
  }
});
