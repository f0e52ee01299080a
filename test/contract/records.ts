import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshTenant, type Subject, write } from './context.ts';

/** What cannot be rebuilt: leases, named sets, facts. */
export function recordsContract(subject: Subject): void {
  test('a lease has one holder, and its token grows', async () => {
    const { records } = subject();
    const partition = { tenant: freshTenant(), cluster: 'alpha' };
    const [one, two] = await Promise.all(
      ['one', 'two'].map((holder) => records.acquireLease(partition, holder, 60_000)),
    );
    assert.ok((one === null) !== (two === null), 'one of two gets it');
    const held = one ?? two;
    assert.ok(held);
    assert.ok(Math.abs(held.expiresAt - Date.now() - 60_000) < 5_000);
    const renewed = await records.renewLease(held, 120_000);
    assert.ok(renewed && renewed.token === held.token && renewed.expiresAt > held.expiresAt);
    assert.equal(await records.acquireLease(partition, 'three', 60_000), null);
    const elsewhere = await records.acquireLease({ ...partition, cluster: 'beta' }, 'three', 60_000);
    assert.ok(elsewhere, 'another partition is free');

    await records.releaseLease(held);
    assert.equal(await records.renewLease(held, 60_000), null, 'released');
    const next = await records.acquireLease(partition, 'three', 1);
    assert.ok(next && next.token > held.token);
    await records.releaseLease(held);
    await sleep(5);
    assert.equal(await records.renewLease(next, 60_000), null, 'run out');
    const last = await records.acquireLease(partition, 'four', 60_000);
    assert.ok(last && last.token > next.token);
    await records.releaseLease(next);
    assert.ok(await records.renewLease(last, 60_000), 'an old holder cannot release a new one');
  });

  test('the last lease is known after it has ended, and when that was', async () => {
    const { records } = subject();
    const partition = { tenant: freshTenant(), cluster: 'alpha' };
    assert.equal(await records.lease(partition), null);
    const held = await records.acquireLease(partition, 'me', 60_000);
    assert.ok(held);
    assert.deepEqual(await records.lease(partition), held);
    await records.releaseLease(held);
    const released = await records.lease(partition);
    assert.ok(released && released.token === held.token && released.holder === 'me');
    assert.ok(Math.abs(released.expiresAt - Date.now()) < 5_000, 'it ended as it was released');
    await sleep(5);
    await records.releaseLease(held);
    assert.deepEqual(await records.lease(partition), released, 'which it can be but once');
  });

  test('a holder that comes back fences its former self', async () => {
    const { records } = subject();
    const partition = { tenant: freshTenant(), cluster: 'alpha' };
    const before = await records.acquireLease(partition, 'me', 60_000);
    const after = await records.acquireLease(partition, 'me', 60_000);
    assert.ok(before && after && after.token > before.token);
    assert.equal(await records.renewLease(before, 60_000), null);
  });

  test('named sets and facts are kept by tenant, and move no version', async () => {
    const { records, store } = subject();
    const [mine, other] = [freshTenant(), freshTenant()];
    await (await write(subject(), mine)).commit({});
    assert.deepEqual(await records.namedSet(mine, 'CROWN_JEWELS'), []);
    assert.equal(await records.value(mine, 'cursor'), null);
    await records.putNamedSet(mine, 'CROWN_JEWELS', ['Pod.b', 'Pod.a']);
    await records.putNamedSet(mine, 'CROWN_JEWELS', ['Pod.c', '😀']);
    await records.putValue(mine, 'cursor', 'old');
    await records.putValue(mine, 'cursor', '');
    assert.deepEqual(await records.namedSet(mine, 'CROWN_JEWELS'), ['Pod.c', '😀']);
    assert.equal(await records.value(mine, 'cursor'), '');
    assert.deepEqual(await records.namedSet(other, 'CROWN_JEWELS'), []);
    assert.equal(await records.value(other, 'cursor'), null);
    assert.deepEqual(await store.version(mine), { alpha: 1 });
    await assert.rejects(records.putValue(mine, 'cursor', '\ud800'), { code: 'INVALID_VALUE', message: /cursor/ });
    await assert.rejects(records.putNamedSet(mine, 'SET', ['\ud800']), { code: 'INVALID_VALUE', message: /SET/ });
  });

  test('what was learnt is kept by cluster, read in pages in the order of its writes, and forgotten by key', async () => {
    const { records } = subject();
    const [mine, other] = [freshTenant(), freshTenant()];
    const key = (index: number): string => `Ab-_.${String(index).padStart(4, '0')}`;
    const entries = Array.from({ length: 1_200 }, (_, index) => ({
      key: key(index),
      value: `{"of":${index},"é":"😀"}`,
    }));
    const at = (position: number, some: readonly { readonly key: string; readonly value: string }[]) =>
      some.map((entry) => ({ ...entry, position }));
    const first = { position: 0, key: '' };
    assert.deepEqual(await records.learnt(mine, 'alpha', first, 10), { position: 0, entries: [] });
    assert.equal(await records.putLearnt(mine, 'alpha', 0, entries.toReversed()), true);
    assert.equal(await records.putLearnt(mine, 'beta', 0, entries.slice(0, 1)), true);
    const page = await records.learnt(mine, 'alpha', first, 1_000);
    assert.deepEqual(page, { position: 1, entries: at(1, entries.slice(0, 1_000)) });
    const more = await records.learnt(mine, 'alpha', { position: 1, key: key(999) }, 1_000);
    assert.deepEqual(more.entries, at(1, entries.slice(1_000)));
    assert.deepEqual(await records.learnt(other, 'alpha', first, 10), { position: 0, entries: [] });

    const changes = [
      { key: key(0), value: null },
      { key: key(1), value: 'new' },
      { key: key(2), value: 'overtaken' },
      { key: key(2), value: null },
      { key: key(3), value: null },
      { key: key(3), value: 'back' },
      { key: 'never-was', value: null },
    ];
    assert.equal(await records.putLearnt(mine, 'alpha', 0, changes), false, 'there was a write that was not seen');
    assert.equal(await records.putLearnt(mine, 'alpha', 1, changes), true);
    const since = await records.learnt(mine, 'alpha', { position: 2, key: '' }, 10);
    const changed = at(2, [
      { key: key(1), value: 'new' },
      { key: key(3), value: 'back' },
    ]);
    assert.deepEqual(since, { position: 2, entries: changed });
    const all = await records.learnt(mine, 'alpha', first, 2_000);
    assert.deepEqual(all.entries, [...at(1, entries.slice(4)), ...changed]);
    assert.deepEqual((await records.learnt(mine, 'beta', first, 10)).entries, at(1, entries.slice(0, 1)));
    assert.equal(await records.putLearnt(mine, 'beta', 1, [{ key: key(0), value: null }]), true);
    assert.deepEqual(await records.learnt(mine, 'beta', first, 10), { position: 2, entries: [] });
    const bad = [
      { key: key(4), value: 'lost' },
      { key: 'bad', value: '\ud800' },
    ];
    await assert.rejects(records.putLearnt(mine, 'alpha', 2, bad), { code: 'INVALID_VALUE', message: /bad/ });
    await assert.rejects(records.putLearnt(mine, 'alpha', 2, [{ key: 'ä', value: '' }]), { code: 'INVALID_VALUE' });
    const kept = await records.learnt(mine, 'alpha', first, 1);
    assert.deepEqual(kept, { position: 2, entries: at(1, entries.slice(4, 5)) }, 'all or nothing');
  });

  test('of writers of what was learnt that write at once one does', async () => {
    const { records } = subject();
    const tenant = freshTenant();
    const put = (key: string): Promise<boolean> => records.putLearnt(tenant, 'alpha', 0, [{ key, value: '' }]);
    const done = await Promise.all(['a', 'b', 'c', 'd'].map(put));
    assert.equal(done.filter(Boolean).length, 1);
    const { position, entries } = await records.learnt(tenant, 'alpha', { position: 0, key: '' }, 10);
    assert.deepEqual([position, entries.length], [1, 1]);
  });
}
