import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { clusterRecord } from '../../collectors/kubernetes/cluster.ts';
import { clusterId } from '../../graph/model/id.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { OpenedStore } from '../../graph/store/opened.ts';
import { openSqlite } from '../../graph/store/sqlite/open.ts';
import { PartitionWriter } from '../../graph/writer/writer.ts';
import { graceMs, markStale } from './mark-stale.ts';

const tenant = 'default';
const extent = { source: 'kubernetes', kind: 'Cluster' };
const shortly = (): number => Date.now() + graceMs - 5_000;
const later = (): number => Date.now() + graceMs + 1_000;

/** Charts a cluster that has nothing but its name, and stops following it. */
async function chart(
  { store, records }: OpenedStore,
  name: string,
  observed: 'live' | 'offline',
  holder = 'a gateway',
): Promise<void> {
  const lease = await records.acquireLease({ tenant, cluster: clusterId(name) }, holder, 60_000);
  assert.ok(lease);
  const writer = await PartitionWriter.open({ store, lease, clusterName: name, definitions: [] });
  const facts = { key: name, name, version: null, server: null, observed, execByGet: null } as const;
  writer.observe({ type: 'snapshot', extent });
  writer.observe({
    type: 'records',
    extent,
    records: [clusterRecord({ ...facts, podSecurityDefault: 'privileged' })],
  });
  writer.observe({ type: 'complete', extent });
  await writer.commit();
  await records.releaseLease(lease);
}

async function gaps({ store }: OpenedStore): Promise<readonly (readonly [unknown, unknown])[]> {
  const { items } = await store.find(wholeTenant(tenant), { kinds: ['CoverageGap'], page: { first: 10 } });
  return items.map(({ item }) => {
    const { reason, since } = item.properties as { readonly reason?: unknown; readonly since?: unknown };
    return [reason, since];
  });
}

test('a cluster that nobody follows is marked stale with when it was last heard, until somebody does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-stale-'));
  const opened = await openSqlite(join(folder, 'graph.db'));
  try {
    const nobody = { ...opened, tenant, followed: () => new Set<string>() };
    await chart(opened, 'prod', 'live');
    await chart(opened, 'dump', 'offline');
    const last = await opened.records.lease({ tenant, cluster: clusterId('prod') });
    const heard = new Date(last?.expiresAt ?? 0).toISOString();

    assert.deepEqual(await markStale({ ...nobody, now: shortly }), [], 'its follower may be coming back');
    const ours = new Set([clusterId('prod')]);
    assert.deepEqual(await markStale({ ...nobody, now: later, followed: () => ours }), [], 'we are about to');
    assert.deepEqual(await gaps(opened), []);

    assert.deepEqual(await markStale({ ...nobody, now: later }), [{ name: 'prod', since: heard }]);
    assert.deepEqual(await gaps(opened), [['STALE', heard]]);
    assert.deepEqual(await markStale({ ...nobody, now: () => later() + 60_000 }), [], 'once');
    assert.deepEqual(await gaps(opened), [['STALE', heard]]);

    await chart(opened, 'prod', 'live', 'another gateway');
    assert.deepEqual(await gaps(opened), [], 'it is followed again');

    const lease = await opened.records.acquireLease({ tenant, cluster: clusterId('prod') }, 'another', 3_600_000);
    assert.deepEqual(await markStale({ ...nobody, now: later }), [], 'somebody follows it');
    assert.ok(lease && (await opened.records.renewLease(lease, 1_000)), 'and holds its lease still');
  } finally {
    await opened.close();
    await rm(folder, { recursive: true });
  }
});
