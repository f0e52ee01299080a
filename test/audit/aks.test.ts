import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type EventHubCursor, followEventHub } from '../../collectors/audit/aks/event-hub.ts';
import type { AuditRecord } from '../../collectors/audit/event.ts';
import { execIntoAPod } from '../../detections/rules/exec-into-a-pod.ts';
import { cloudFeed } from '../../gateway/ingest/audit-feeds.ts';
import { memoryLog, openHouse } from '../gateway/testbed.ts';
import { startEventHubs } from '../testbed/event-hubs.ts';
import { access, alertedPods, followUntil } from './follow.ts';
import { chartManifests } from './histories.ts';

const hubs = await startEventHubs('audit', ['0', '1']);
const closing = new AsyncDisposableStack();
after(async () => {
  await closing.disposeAsync();
  await hubs.stop();
});

const exec = execIntoAPod.fires as AuditRecord;
const record = (
  id: string,
  { cluster = 'PROD', category = 'kube-audit', log }: { cluster?: string; category?: string; log?: string } = {},
) => ({
  time: '2026-11-22T10:00:00.0000000Z',
  resourceId: `/SUBSCRIPTIONS/0A1B/RESOURCEGROUPS/SHOP/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/${cluster}`,
  category,
  operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
  properties: {
    log: log ?? JSON.stringify({ ...exec, auditID: id, objectRef: { ...exec.objectRef, name: id } }),
    stream: 'stdout',
  },
});
const body = (...records: readonly unknown[]): string => JSON.stringify({ records });
const address = { namespace: 'shop.servicebus.windows.net', hub: 'audit', resourceGroup: 'shop', cluster: 'prod' };

/** Reads until so many events and problems have come, then goes away. */
async function read(
  after: EventHubCursor | null,
  count: number,
  connectionString = hubs.connectionString,
  of = address,
) {
  const ids: string[] = [];
  const problems: string[] = [];
  let cursor = after;
  const options = { source: { cluster: null }, after, connectionString, consumerGroup: '$Default' };
  for await (const batch of followEventHub(of, options, AbortSignal.timeout(20_000))) {
    ids.push(...batch.events.map(({ record }) => record.auditID));
    problems.push(...batch.problems.map(({ message }) => message));
    cursor = JSON.parse(JSON.stringify(batch.cursor)) as EventHubCursor;
    if (ids.length + problems.length >= count) break;
  }
  return { ids: ids.sort(), problems, cursor };
}

test('every partition is read from where it was, and of a hub only what is of the cluster', async () => {
  hubs.append(
    '0',
    body(
      record('a'),
      record('b', { cluster: 'STAGING' }),
      record('c', { category: 'kube-apiserver', log: 'I1122 text' }),
    ),
  );
  hubs.append('1', body(record('d', { category: 'kube-audit-admin' })));
  const first = await read(null, 2);
  assert.deepEqual([first.ids, first.problems], [['a', 'd'], []]);
  hubs.append('1', body(record('e')));
  hubs.append('0', body(record('f')));
  const second = await read(first.cursor, 2);
  assert.deepEqual([second.ids, second.problems], [['e', 'f'], []]);

  hubs.append('0', 'not json');
  hubs.append(
    '0',
    body(record('g', { log: JSON.stringify({ ...exec, auditID: 'g', requestObject: 'x' }).slice(0, -20) })),
  );
  const third = await read(second.cursor, 3);
  assert.deepEqual(third.ids, ['g']);
  assert.match(third.problems.join('\n'), /not JSON[^\n]*\nevent g was too large and is cut off/);
});

test('what the hub dropped before it was read is told of', async () => {
  const { cursor } = await read(null, 3);
  for (const id of ['gone 1', 'gone 2', 'kept']) hubs.append('1', body(record(id)));
  const from = { ...cursor, '1': { offset: '1000', sequence: 1 } };
  hubs.dropUntil('1', 3);
  const { ids, problems } = await read(from, 2);
  assert.deepEqual(ids, ['kept']);
  assert.match(problems.join(), /^2 events were dropped by the hub before they were read/);
});

test('a wrong key and a hub that is not there are sentences that say what to do', async () => {
  await assert.rejects(read(null, 1, hubs.wrongConnectionString), {
    name: 'AuditSourceError',
    reason: 'UNAUTHORIZED',
    message: /the role Azure Event Hubs Data Receiver/,
  });
  await assert.rejects(read(null, 1, hubs.connectionString, { ...address, hub: 'none' }), {
    reason: 'UNREACHABLE',
    message: /the event hub none of shop.servicebus.windows.net is not there, or has no such consumer group/,
  });
});

test('a gateway that follows it raises alerts, and goes on where it was after a restart', async () => {
  const house = await openHouse(closing);
  await chartManifests(house, 'prod', '');
  const { logger } = memoryLog();
  const feed = cloudFeed('aks://shop.servicebus.windows.net/audit/shop/web', {
    ...access,
    eventHubs: hubs.connectionString,
    consumerGroup: 'portolan',
  });
  assert.ok(feed);
  const follow = (count: number) =>
    followUntil(async () => (await alertedPods(house)).length >= count, house, feed, logger);
  hubs.append('0', body(record('web-0', { cluster: 'WEB' })));
  await follow(1);
  hubs.append('1', body(record('web-1', { cluster: 'WEB' })));
  await follow(2);
  assert.deepEqual(await alertedPods(house), [
    ['web-0', 1],
    ['web-1', 1],
  ]);
  assert.deepEqual([...hubs.consumerGroups], ['$Default', 'portolan']);
});
