import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { clusterRecord } from '../../collectors/kubernetes/cluster.ts';
import { clusterId } from '../../graph/model/id.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { Delivery, Sender } from '../../graph/records/deliveries/delivery.ts';
import type { OpenedStore } from '../../graph/store/opened.ts';
import { openSqlite } from '../../graph/store/sqlite/open.ts';
import { PartitionWriter } from '../../graph/writer/writer.ts';
import { markToldGaps } from './mark-told-gaps.ts';
import { sensorGaps, silentMs } from './sensor-gaps.ts';
import { watchToldGaps } from './watch-told-gaps.ts';

const now = Date.parse('2026-05-01T12:00:00.000Z');
const ago = (ms: number): string => new Date(now - ms).toISOString();
const hour = 3_600_000;

function sender(node: string, changes: Partial<Sender> = {}): Sender {
  const instance = `spool of ${node}`;
  return { node, instance, sequence: 1, digest: '', heardAt: ago(1_000), losses: [], declared: [], ...changes };
}

const messages = (senders: readonly Sender[], silent: readonly string[] = []) =>
  sensorGaps(senders, new Set(silent), now).map(({ properties: { reason, subject, message } }) => [
    reason,
    subject,
    message,
  ]);

test('a cluster without sensors says so, and is none the worse for it', () => {
  assert.deepEqual(
    messages([]).map(([reason, subject]) => [reason, subject]),
    [['BY_DESIGN', 'node events']],
  );
});

test('losses are told by node and place, for a day', () => {
  const loss = {
    where: 'kernel',
    class: null,
    reason: 'the ring was full',
    count: 3,
    first: ago(hour),
    last: ago(hour),
  };
  const spooled = { ...loss, where: 'spool', class: 'event', count: null, reason: 'no room' };
  const senders = [
    sender('worker-1', { losses: [loss, spooled, { ...loss, where: 'rate', last: ago(25 * hour) }] }),
    sender('worker-1', { instance: 'another spool', losses: [{ ...loss, count: 4, first: ago(2 * hour) }] }),
  ];
  assert.deepEqual(messages(senders), [
    [
      'LOST',
      'node worker-1, kernel',
      'worker-1 has lost 7 events (kernel): the ring was full; last at 2026-05-01T11:00Z',
    ],
    [
      'LOST',
      'node worker-1, spool event',
      'worker-1 has lost an unknown number of records of the class event (spool): no room; last at 2026-05-01T11:00Z',
    ],
  ]);
  assert.equal(sensorGaps(senders, new Set(), now)[0]?.properties.since, ago(2 * hour));
});

test('what is never seen is told once for all nodes, by the sensor that each has now', () => {
  const gap = { cause: 'design', probe: 'dns', reason: 'Not over TCP.' };
  const refused = { cause: 'refused', probe: null, reason: 'The kernel said no.' };
  const nodes = Array.from({ length: 8 }, (_, i) =>
    sender(`worker-${i}`, { declared: i === 0 ? [gap] : [gap, refused] }),
  );
  const before = sender('worker-0', { instance: 'before', heardAt: ago(hour), declared: [refused] });
  assert.deepEqual(messages([before, ...nodes]), [
    ['BY_DESIGN', 'dns events', 'Not over TCP. On every node with a sensor.'],
    ['REFUSED', 'system calls', 'The kernel said no. On worker-1, worker-2, worker-3, worker-4, worker-5 and 2 more.'],
  ]);
});

test('so many gaps at most stand for themselves', () => {
  const loss = { where: 'kernel', class: null, reason: 'r', count: 1, first: ago(1), last: ago(1) };
  const nodes = Array.from({ length: 1_200 }, (_, i) => sender(`worker-${i}`, { losses: [loss] }));
  const found = messages(nodes);
  assert.equal(found.length, 1_001);
  assert.match(String(found.at(-1)?.[2]), /^200 more gaps/);
});

const tenant = 'default';
const cluster = clusterId('prod');
const partition = { tenant, cluster };

async function withStore(work: (opened: OpenedStore) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-sensor-gaps-'));
  const opened = await openSqlite(join(folder, 'graph.db'));
  try {
    await work(opened);
  } finally {
    await opened.close();
    await rm(folder, { recursive: true });
  }
}

/** Opens the writer of a cluster that has one node, and charts that. */
async function openWriter({ store, records }: OpenedStore, observed: 'live' | 'offline') {
  const lease = await records.acquireLease(partition, 'a gateway', 60_000);
  assert.ok(lease);
  const writer = await PartitionWriter.open({ store, lease, clusterName: 'prod', definitions: [] });
  const extent = { source: 'kubernetes', kind: 'Cluster' };
  const facts = { key: 'prod', name: 'prod', version: null, server: null, observed, execByGet: null } as const;
  const node = { kind: 'Node', uid: null, namespace: null, name: 'worker-1', properties: {} } as const;
  const records_ = [
    clusterRecord({ ...facts, podSecurityDefault: 'privileged' }),
    { key: 'worker-1', nodes: [node], relationships: [] },
  ];
  writer.observe({ type: 'snapshot', extent });
  writer.observe({ type: 'records', extent, records: records_ });
  writer.observe({ type: 'complete', extent });
  await writer.commit();
  return { writer, close: () => records.releaseLease(lease) };
}

function delivery(node: string, changes: Partial<Delivery> = {}): Delivery {
  const declared = [{ cause: 'design', probe: 'dns', reason: 'Not over TCP.' }];
  return { node, instance: node, sequence: 1, digest: 'a digest', alerts: [], losses: [], declared, ...changes };
}

async function gapsIn({ store }: OpenedStore): Promise<readonly unknown[]> {
  const filter = { field: 'source', in: ['sensor'] };
  const { items } = await store.find(wholeTenant(tenant), { kinds: ['CoverageGap'], filter, page: { first: 10 } });
  return items.map(({ item }) => {
    const { source, reason, subject } = item.properties as Readonly<Record<string, unknown>>;
    return [source, reason, subject];
  });
}

test('in a cluster that nobody follows gaps come and go, and who is no node of it is not missed', () =>
  withStore(async (opened) => {
    await (await openWriter(opened, 'offline')).close();
    const options = { ...opened, tenant, followed: () => new Set<string>() };
    const at = new Date().toISOString();
    await opened.alerts.deliver(tenant, cluster, [delivery('worker-1'), delivery('long gone')], at);
    await markToldGaps(options);
    await markToldGaps(options);
    assert.deepEqual(await gapsIn(opened), [['sensor', 'BY_DESIGN', 'dns events']]);
    const versions = await opened.store.version(tenant);
    await markToldGaps({ ...options, now: () => Date.now() + silentMs + 1_000 });
    assert.deepEqual((await gapsIn(opened)).toSorted(), [
      ['sensor', 'BY_DESIGN', 'dns events'],
      ['sensor', 'STALE', 'node worker-1'],
    ]);
    assert.equal((await opened.store.version(tenant))[cluster], (versions[cluster] ?? 0) + 1);
    await opened.alerts.deliver(tenant, cluster, [delivery('worker-1', { sequence: 2, declared: [] })], at);
    await opened.alerts.deliver(tenant, cluster, [delivery('long gone', { sequence: 2, declared: [] })], at);
    await markToldGaps({ ...options, followed: () => new Set([cluster]) });
    assert.equal((await gapsIn(opened)).length, 2, 'who follows it sees to them');
    await markToldGaps(options);
    assert.deepEqual(await gapsIn(opened), []);
  }));

test('who follows a cluster observes what its sensors say, and takes up what was there', () =>
  withStore(async (opened) => {
    const at = new Date().toISOString();
    for (const [sequence, gaps] of [
      [1, ['BY_DESIGN']],
      [2, []],
    ] as const) {
      const declared = sequence === 1 ? {} : { declared: [] };
      await opened.alerts.deliver(tenant, cluster, [delivery('worker-1', { sequence, ...declared })], at);
      const { writer, close } = await openWriter(opened, 'live');
      const stop = new AbortController();
      for await (const observation of watchToldGaps(opened, partition, pino({ level: 'silent' }), stop.signal)) {
        writer.observe(observation);
        if (observation.type === 'complete') stop.abort();
      }
      await writer.commit();
      await close();
      assert.deepEqual(
        (await gapsIn(opened)).map((gap) => (gap as readonly unknown[])[1]),
        gaps,
      );
    }
  }));
