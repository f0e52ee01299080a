import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pollCloudLogging } from '../../collectors/audit/gke/poll.ts';
import type { PollTiming, WindowCursor } from '../../collectors/audit/window.ts';
import { markToldGaps } from '../../gateway/fleet/mark-told-gaps.ts';
import { cloudFeed } from '../../gateway/ingest/audit-feeds.ts';
import { memoryLog, openHouse, serve } from '../gateway/testbed.ts';
import { type LogEntry, startCloudLogging } from '../testbed/cloud-logging.ts';
import { access, alertedPods, followUntil } from './follow.ts';
import { chartManifests } from './histories.ts';

const logging = await startCloudLogging();
// As on a machine of Google's: the library finds the identity there.
Object.assign(process.env, { GCE_METADATA_HOST: logging.host, METADATA_SERVER_DETECTION: 'assume-present' });
const closing = new AsyncDisposableStack();
after(async () => {
  await closing.disposeAsync();
  await logging.stop();
});

const exec = (id: string, time: number, { cluster = 'prod', log = 'activity', pod = id } = {}): LogEntry => ({
  insertId: `insert ${id}`,
  timestamp: new Date(time).toISOString(),
  logName: `projects/shop/logs/cloudaudit.googleapis.com%2F${log}`,
  resource: { type: 'k8s_cluster', labels: { project_id: 'shop', location: 'europe-west3', cluster_name: cluster } },
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    serviceName: 'k8s.io',
    methodName: 'io.k8s.core.v1.pods.exec.create',
    resourceName: `core/v1/namespaces/shop/pods/${pod}/exec`,
    authenticationInfo: { principalEmail: 'alice@example.com' },
    requestMetadata: { callerIp: '192.0.2.10' },
  },
});
const address = { project: 'shop', location: 'europe-west3', cluster: 'prod' };
const timing = { poll: 20, late: 60_000, lookBack: 60, before: 300_000 };

/** Reads until so many events have come, as a process does that is killed then. */
async function read(after: WindowCursor | null, count: number, of = address, times: PollTiming = timing) {
  const ids: string[] = [];
  let cursor = after;
  const options = { source: { cluster: null }, after, endpoint: logging.url, timing: times };
  for await (const batch of pollCloudLogging(of, options, AbortSignal.timeout(20_000))) {
    assert.deepEqual(batch.problems, []);
    ids.push(...batch.events.map(({ record }) => record.auditID.replace('insert ', '')));
    cursor = JSON.parse(JSON.stringify(batch.cursor)) as WindowCursor;
    if (ids.length >= count) break;
  }
  return { ids: ids.sort(), cursor };
}

test('pages are read once, late entries too, and a restart goes on', async () => {
  const now = Date.now();
  const ids = Array.from({ length: 250 }, (_, index) => String(index).padStart(3, '0'));
  logging.add(...ids.map((id, index) => exec(id, now - 100_000 + index)));
  logging.add(exec('other', now, { cluster: 'staging' }), exec('denied', now, { log: 'policy' }));
  const first = await read(null, 250);
  assert.deepEqual(first.ids, ids);
  assert.ok(logging.pages >= 4);
  logging.add(exec('later', now, { log: 'data_access' }));
  const second = await read(first.cursor, 1);
  logging.add(exec('late', now - 40_000), exec('last', now + 1));
  const third = await read(second.cursor, 2);
  assert.deepEqual([second.ids, third.ids], [['later'], ['last', 'late']]);
});

test('what comes very late is found without asking again for what is known', async () => {
  const of = { ...address, cluster: 'late' };
  const now = Date.now();
  const at = (id: string, time: number, receivedAt: number): LogEntry => ({
    ...exec(id, time, { cluster: 'late' }),
    receiveTimestamp: new Date(receivedAt).toISOString(),
  });
  const known = Array.from({ length: 90 }, (_, index) => at(`known ${index}`, now - 400_000 + index, now - 390_000));
  logging.add(...known, at('new', now, now));
  const { handedOut, pages } = logging;
  const cursor = { newest: now - 500_000, taken: '' };
  const reading = read(cursor, 92, of, { ...timing, late: 450_000 });
  // It has looked back several times.
  while (logging.pages < pages + 30) await new Promise((resolve) => setTimeout(resolve, 10));
  logging.add(at('late', now - 420_000, now + 1));
  assert.ok((await reading).ids.includes('late'));
  const again = logging.handedOut - handedOut - 92;
  assert.ok(again < 90 + 4 * (logging.pages - pages), `${again} entries came again in ${logging.pages - pages} pages`);
});

test('what Google refuses is a sentence that says what to do', async () => {
  for (const [status, reason, message] of [
    [401, 'UNAUTHORIZED', /application default credentials/],
    [403, 'FORBIDDEN', /Private Logs Viewer/],
    [429, 'UNREACHABLE', /asked for too often/],
    [500, 'UNREACHABLE', /the audit logs of prod in the project shop cannot be read: 500/],
  ] as const) {
    logging.refuse(status);
    await assert.rejects(read(null, 1), { name: 'AuditSourceError', reason, message });
  }
  logging.refuse(null);
});

test('a gateway that follows it raises alerts, and goes on where it was after a restart', async () => {
  const house = await openHouse(closing);
  await chartManifests(house, 'web', '');
  const { logger } = memoryLog();
  const feed = cloudFeed('gke://shop/europe-west3/web', { ...access, cloudLogging: logging.url });
  assert.ok(feed);
  const follow = (count: number) =>
    followUntil(async () => (await alertedPods(house)).length >= count, house, feed, logger);
  logging.add(exec('web-0', Date.now(), { cluster: 'web' }));
  await follow(1);
  logging.add(exec('web-1', Date.now(), { cluster: 'web' }));
  // Of two replicas one reads it.
  await Promise.all([follow(2), follow(2)]);
  assert.deepEqual(await alertedPods(house), [
    ['web-0', 1],
    ['web-1', 1],
  ]);
});

test('what the source does not deliver is told as coverage gaps, until it does', async () => {
  const house = await openHouse(closing);
  await chartManifests(house, 'quiet', '');
  const gateway = await serve(closing, house);
  const { logger } = memoryLog();
  const feed = cloudFeed('gke://shop/europe-west3/quiet', { ...access, cloudLogging: logging.url });
  assert.ok(feed);
  const gaps = async (): Promise<readonly (readonly string[])[]> => {
    await markToldGaps({ ...house, followed: () => new Set() });
    const asked = '{ coverage { state gaps(first: 50) { nodes { source reason subject message } } } }';
    const { coverage } = await gateway.data(asked);
    const audit = coverage.gaps.nodes.filter(({ source }: { readonly source: string }) => source === 'audit');
    return audit.map((gap: Readonly<Record<string, string>>) => [gap.reason, gap.subject, gap.message]);
  };
  const told = async (reason: string, subject: string): Promise<boolean> =>
    (await gaps()).some((gap) => gap[0] === reason && gap[1] === subject);
  const listed = 'detection Secrets of every namespace listed';
  const address = 'audit events of gke://shop/europe-west3/quiet';

  logging.refuse(403);
  await followUntil(() => told('FORBIDDEN', address), house, feed, logger);
  assert.ok(await told('FORBIDDEN', address));
  logging.refuse(null);
  logging.add(exec('web-0', Date.now(), { cluster: 'quiet' }));
  await followUntil(async () => !(await told('FORBIDDEN', address)), house, feed, logger);
  assert.deepEqual(
    (await gaps()).filter(([, subject]) => subject === listed),
    [
      [
        'NOT_COVERED',
        listed,
        '‘Secrets of every namespace listed’ cannot fire: no source of audit events has ka.verb = list, ka.verb = watch',
      ],
    ],
  );

  // Data Access logs are switched on.
  const read = exec('read', Date.now(), { cluster: 'quiet', log: 'data_access' });
  logging.add({
    ...read,
    protoPayload: { ...read.protoPayload, methodName: 'io.k8s.core.v1.secrets.list', resourceName: 'core/v1/secrets' },
  });
  await followUntil(() => told('PARTLY_COVERED', listed), house, feed, logger);
  assert.ok(await told('PARTLY_COVERED', listed));
});
