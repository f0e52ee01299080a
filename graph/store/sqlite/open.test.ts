import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { newAlert } from '../../../test/contract/alerts.ts';
import { collect, delta, edge, freshTenant, pod, write } from '../../../test/contract/context.ts';
import { wholeTenant } from '../../model/scope.ts';
import { reachField } from '../../records/alerts/alert.ts';
import { migrations } from '../../records/migrations.ts';
import type { OpenedStore } from '../opened.ts';
import { openSqlite, type SqliteOptions } from './open.ts';

let folder: string;
let count = 0;
const fresh = () => join(folder, `${++count}.db`);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-sqlite-'));
});
after(() => rm(folder, { recursive: true }));

async function opened<T>(path: string, use: (opened: OpenedStore) => Promise<T>, options?: SqliteOptions): Promise<T> {
  const store = await openSqlite(path, options);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

function sql(path: string, statements: string): void {
  const db = new Sqlite(path);
  db.exec(statements);
  db.close();
}

test('the file is its owner’s alone, and what is in it outlives the process', async () => {
  const path = fresh();
  await opened(path, async (store) => {
    await (await write(store, 't')).commit({ nodes: [pod('a')] });
    for (const suffix of ['', '-wal', '-shm']) assert.equal((await stat(path + suffix)).mode & 0o777, 0o600, suffix);
  });
  await assert.rejects(stat(`${path}-wal`), { code: 'ENOENT' }, 'closing leaves one file');
  await opened(path, async ({ store }) => {
    assert.deepEqual(await store.nodes(wholeTenant('t'), [pod('a').id]), [pod('a')]);
    assert.deepEqual(await store.version('t'), { alpha: 1 });
  });
});

test('a file that cannot be used is named, with what to do', async () => {
  const text = fresh();
  await writeFile(text, 'This is a letter to my aunt. '.repeat(100));
  const foreign = fresh();
  sql(foreign, 'CREATE TABLE theirs (x)');
  const newer = fresh();
  await opened(newer, async () => {});
  sql(newer, 'PRAGMA user_version = 999');
  const damaged = fresh();
  await opened(damaged, async (store) => void (await (await write(store, 't')).commit({ nodes: [pod('a')] })));
  await writeFile(damaged, (await readFile(damaged)).fill(0xff, 4096));
  const directory = fresh();
  await mkdir(directory);
  const cases: readonly (readonly [string, RegExp])[] = [
    [text, /no database.*another file/],
    [foreign, /another program/],
    [newer, /newer Portolan/],
    [damaged, /damaged.*backup/],
    [directory, /folder/],
    [join(folder, 'none', 'x.db'), /does not exist/],
  ];
  for (const [path, message] of cases) {
    await assert.rejects(openSqlite(path), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'UPSTREAM_UNAVAILABLE', error.stack);
      assert.ok(error.message.includes(path) && message.test(error.message), error.message);
      return true;
    });
  }
  assert.match(await readFile(text, 'utf8'), /^This is a letter/, 'and is left as it was');
});

test('a graph of another model is rebuilt: its versions expire, the records stay', async () => {
  const path = fresh();
  await opened(path, async (store) => {
    await (await write(store, 't')).commit({ nodes: [pod('a')] });
    await store.records.putNamedSet('t', 'CROWN_JEWELS', [pod('a').id]);
    sql(path, "UPDATE graph SET model = 'another'");
    const lease = await store.records.acquireLease({ tenant: 't', cluster: 'alpha' }, 'test', 60_000);
    assert.ok(lease);
    await assert.rejects(store.store.apply(lease, 1, delta({})), { code: 'UPSTREAM_UNAVAILABLE', message: /restart/ });
  });
  await opened(path, async (store) => {
    assert.equal(await store.store.count(wholeTenant('t'), []), 0);
    assert.deepEqual(await store.records.namedSet('t', 'CROWN_JEWELS'), [pod('a').id]);
    const signal = AbortSignal.timeout(5_000);
    for (const old of [{}, { alpha: 0 }, { alpha: 1 }]) {
      await assert.rejects(collect(store.store.changes('t', old, signal)), { code: 'VERSION_EXPIRED' });
    }
    const { version } = await store.store.scan('t');
    assert.deepEqual(version, { alpha: 2 });
    assert.equal(await (await write(store, 't')).commit({ nodes: [pod('a')] }), 3);
    for await (const change of store.store.changes('t', version, signal)) {
      assert.equal(change.version, 3);
      break;
    }
  });
});

test('alerts of a file that did not keep their reach yet have it, and what was learnt its place', async () => {
  const path = fresh();
  await opened(path, async ({ alerts, records }) => {
    await records.putLearnt('t', 'alpha', 0, [{ key: 'a', value: 'b' }]);
    const costs = [9, null, 2];
    const raised = costs.map((cost) => newAlert({ key: String(cost), fields: { [reachField]: cost } }));
    await alerts.raise('t', 'alpha', raised, new Date().toISOString());
  });
  const before = migrations.findIndex((step) => step.includes('ADD COLUMN reach'));
  const later = 'DROP INDEX learnt_position; ALTER TABLE learnt DROP COLUMN position; DELETE FROM facts';
  sql(path, `ALTER TABLE alerts DROP COLUMN reach; ${later}; PRAGMA user_version = ${before}`);
  await opened(path, async ({ alerts, records }) => {
    const learnt = await records.learnt('t', 'alpha', { position: 0, key: '' }, 10);
    assert.deepEqual(learnt, { position: 0, entries: [{ position: 0, key: 'a', value: 'b' }] });
    const order = { field: 'reach', descending: true } as const;
    const { items } = await alerts.find(wholeTenant('t'), { order, page: { first: 10 } });
    assert.deepEqual(
      items.map(({ item }) => item.key),
      ['2', '9', 'null'],
    );
  });
});

test('the log keeps so many deltas and so many bytes', async () => {
  const limits = [
    { deltas: 3, bytes: 1e9 },
    { deltas: 100, bytes: 3_000 },
  ];
  for (const log of limits) {
    await opened(
      fresh(),
      async (store) => {
        const { commit } = await write(store, 't');
        for (let i = 0; i < 8; i++) await commit({ nodes: [pod('x'.repeat(300))] });
        const first = async (since: number) => {
          for await (const { version } of store.store.changes('t', { alpha: since }, AbortSignal.timeout(5_000)))
            return version;
          return null;
        };
        assert.equal(await first(5), 6);
        await assert.rejects(first(4), { code: 'VERSION_EXPIRED' });
        await assert.rejects(first(0), { code: 'VERSION_EXPIRED' });
      },
      { log },
    );
  }
});

test('leases run by the clock that was given', async () => {
  let now = 1_000;
  await opened(
    fresh(),
    async ({ store, records }) => {
      const partition = { tenant: 't', cluster: 'alpha' };
      const lease = await records.acquireLease(partition, 'one', 500);
      assert.ok(lease);
      assert.equal(lease.expiresAt, 1_500);
      now = 1_499;
      assert.equal(await store.apply(lease, 0, delta({})), 1);
      assert.equal(await records.acquireLease(partition, 'two', 500), null);
      now = 1_500;
      await assert.rejects(store.apply(lease, 1, delta({})), { code: 'LEASE_LOST' });
      assert.equal((await records.acquireLease(partition, 'two', 500))?.token, lease.token + 1);
    },
    { now: () => now },
  );
});

test('two that have the file open see each other’s commits and leases', async () => {
  const path = fresh();
  await opened(path, (one) =>
    opened(
      path,
      async (two) => {
        const partition = { tenant: 't', cluster: 'alpha' };
        const writer = await write(one, 't');
        assert.equal(await two.records.acquireLease(partition, 'other', 60_000), null);
        const live = collect(two.store.changes('t', {}, AbortSignal.timeout(2_000)));
        const next = (async () => {
          for await (const change of two.store.changes('t', {}, AbortSignal.timeout(5_000))) return change.version;
          return null;
        })();
        await new Promise((resolve) => setTimeout(resolve, 50));
        await writer.commit({ nodes: [pod('a')] });
        assert.equal(await next, 1);
        assert.equal(await two.store.count(wholeTenant('t'), ['Pod']), 1);
        await two.close();
        assert.equal((await live).length, 1, 'closing ends those who follow');
      },
      { pollMs: 20 },
    ),
  );
});

test('a node that was pruned, here or by another process, comes back with its edges', async () => {
  const path = fresh();
  await opened(path, async (here) =>
    opened(path, async (elsewhere) => {
      const writer = await write(here, 't');
      const scope = wholeTenant('t');
      for (const [name, pruning] of Object.entries({ here, elsewhere })) {
        await writer.commit({ nodes: [pod(name), pod(`beside-${name}`)] });
        await writer.commit({ removedNodes: [pod(name).id] });
        await pruning.store.prune('t', new Date(Date.now() + 60_000));
        await writer.commit({ edges: [edge(pod(`beside-${name}`), 'SHARES', pod(name))] });
        await writer.commit({ nodes: [pod(name)] });
        const query = { relationships: [], direction: 'out', page: { first: 10 } } as const;
        const [page] = await here.store.adjacent(scope, [pod(`beside-${name}`).id], query);
        assert.deepEqual(
          page?.items.map(({ item }) => item.node.ref),
          [pod(name).ref],
          name,
        );
      }
    }),
  );
});

test('a closed store says so, and answers what was asked before', async () => {
  const store = await openSqlite(fresh());
  const asked = store.store.count(wholeTenant(freshTenant()), []);
  await store.close();
  assert.equal(await asked, 0);
  await assert.rejects(store.store.count(wholeTenant('t'), []), { code: 'UPSTREAM_UNAVAILABLE', message: /closed/ });
  await store.close();
});

test('a long read holds up neither a commit nor the event loop', async () => {
  await opened(fresh(), async (store) => {
    const { commit } = await write(store, 't');
    const nodes = Array.from({ length: 5_000 }, (_, i) => pod(`${i}`, { properties: { labels: ['x=y', 'a=b'] } }));
    await commit({ nodes });
    const done: string[] = [];
    // Every label of every pod, many times over: longer than a commit by far.
    const filter = { or: Array.from({ length: 12 }, (_, i) => ({ field: 'labels', contains: `${i}` })) };
    const read = store.store.count(wholeTenant('t'), ['Pod'], filter).then(() => done.push('read'));
    const timer = new Promise((resolve) => setTimeout(resolve, 1)).then(() => done.push('timer'));
    const committed = commit({ nodes: [pod('one more')] }).then(() => done.push('commit'));
    await Promise.all([read, timer, committed]);
    assert.equal(done.at(-1), 'read', done.join());
  });
});
