import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { pollCloudWatch } from '../../collectors/audit/eks/poll.ts';
import type { AuditRecord } from '../../collectors/audit/event.ts';
import type { PollTiming, WindowCursor } from '../../collectors/audit/window.ts';
import { execIntoAPod } from '../../detections/rules/exec-into-a-pod.ts';
import { cloudFeed } from '../../gateway/ingest/audit-feeds.ts';
import { memoryLog, openHouse } from '../gateway/testbed.ts';
import { type MotoTestbed, motoMissing, startMoto } from '../testbed/moto.ts';
import { access, alertedPods, followUntil } from './follow.ts';
import { chartManifests } from './histories.ts';

const skip = await motoMissing();
const region = 'eu-central-1';
const streams = ['kube-apiserver-audit-one', 'kube-apiserver-audit-two'] as const;
const closing = new AsyncDisposableStack();
let moto: MotoTestbed | undefined;
let client: CloudWatchLogsClient;

before(async () => {
  if (skip !== false) return;
  moto = await startMoto();
  // As the SDK of whoever runs Portolan finds them.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: moto.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  client = new CloudWatchLogsClient({ region });
});
after(async () => {
  client?.destroy();
  await closing.disposeAsync();
  await moto?.stop();
});

async function logGroup(cluster: string, names: readonly string[] = streams): Promise<void> {
  const logGroupName = `/aws/eks/${cluster}/cluster`;
  await client.send(new CreateLogGroupCommand({ logGroupName }));
  for (const logStreamName of names) await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
}

async function put(cluster: string, stream: string, ...events: readonly (readonly [time: number, message: string])[]) {
  const logEvents = events.map(([timestamp, message]) => ({ timestamp, message }));
  await client.send(
    new PutLogEventsCommand({ logGroupName: `/aws/eks/${cluster}/cluster`, logStreamName: stream, logEvents }),
  );
}

const exec = execIntoAPod.fires as AuditRecord;
const message = (id: string): string =>
  JSON.stringify({ ...exec, auditID: id, objectRef: { ...exec.objectRef, name: id } });
const timing = { poll: 20, late: 60_000, lookBack: 60, before: 300_000 };

/** Reads until so many events have come, as a process does that is killed then. */
async function read(cluster: string, after: WindowCursor | null, count: number, times: PollTiming = timing) {
  const ids: string[] = [];
  const problems: string[] = [];
  let cursor = after;
  const stop = AbortSignal.timeout(20_000);
  for await (const batch of pollCloudWatch(
    region,
    cluster,
    { source: { cluster: null }, after, timing: times },
    stop,
  )) {
    ids.push(...batch.events.map(({ record }) => record.auditID));
    problems.push(...batch.problems.map(({ message }) => message));
    cursor = JSON.parse(JSON.stringify(batch.cursor)) as WindowCursor;
    if (ids.length >= count) break;
  }
  return { ids: ids.sort(), problems, cursor };
}

test('many pages of several streams are read once, late ones too, and a restart goes on', { skip }, async () => {
  await logGroup('pages');
  const now = Date.now();
  const of = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `event ${String(from + index).padStart(5, '0')}`);
  // More than a page holds: FilterLogEvents gives at most 10,000.
  for (const [at, stream] of streams.entries())
    await put(
      'pages',
      stream,
      ...of(at * 6_000, (at + 1) * 6_000).map((id, n) => [now - 100_000 + n, message(id)] as const),
    );
  const first = await read('pages', null, 12_000);
  assert.deepEqual([first.ids, first.problems], [of(0, 12_000), []]);

  // One is written after the restart, one came 40 s late.
  await put('pages', streams[0], [now, message('later')]);
  const second = await read('pages', first.cursor, 1);
  await put('pages', streams[1], [now - 40_000, message('late')]);
  await put('pages', streams[0], [now + 1, message('last')]);
  const third = await read('pages', second.cursor, 2);
  assert.deepEqual([second.ids, third.ids], [['later'], ['last', 'late']]);
});

test('an event that is later than is looked for tells that others may be missed', { skip }, async () => {
  await logGroup('late');
  const now = Date.now();
  await put('late', streams[0], [now - 60_000, message('early')], [now, message('new')]);
  const { cursor } = await read('late', null, 2);
  await put('late', streams[1], [now - 40_000, message('late')]);
  const { ids, problems } = await read('late', cursor, 1, { ...timing, late: 30_000, lookBack: 20_000 });
  assert.deepEqual(ids, ['late']);
  assert.match(problems.join(), /an event came 40 s after newer ones; those that are later than 30 s may be missed/);
});

test('what was cut off is read as far as it goes, and told of', { skip }, async () => {
  await logGroup('cut');
  const whole = JSON.stringify({ kind: 'Event', ...exec, requestObject: { data: 'x'.repeat(1_000) } });
  const now = Date.now();
  await put('cut', streams[0], [now, `${whole.slice(0, 900)}[Truncated...]`], [now + 1, message('after')]);
  const { ids, problems } = await read('cut', null, 2);
  assert.deepEqual(ids, [exec.auditID, 'after'].sort());
  assert.match(problems.join(), /was too large and is cut off/);
});

test('a log group that is not there, or has no audit logs, is a sentence that says what to do', { skip }, async () => {
  await assert.rejects(read('nowhere', null, 1), {
    name: 'AuditSourceError',
    reason: 'UNREACHABLE',
    message: /there is no log group \/aws\/eks\/nowhere\/cluster in eu-central-1: switch on .* of the type audit/,
  });
  await logGroup('quiet', ['kube-apiserver-one']);
  await assert.rejects(read('quiet', null, 1), { message: /has no stream kube-apiserver-audit-\*: switch on/ });
});

test('a gateway that follows it raises alerts, and goes on where it was after a restart', { skip }, async () => {
  const house = await openHouse(closing);
  await chartManifests(house, 'prod', '');
  const { logger, lines } = memoryLog();
  const feed = cloudFeed(`prod=eks://${region}/shop-prod`, access);
  assert.ok(feed);
  const follow = (until: () => Promise<boolean>) => followUntil(until, house, feed, logger);
  // Audit logging is switched on while it looks for it.
  await follow(async () => lines.some((line) => line.includes('there is no log group')));
  await logGroup('shop-prod');
  await put('shop-prod', streams[0], [Date.now(), message('web-0')]);
  await follow(async () => (await alertedPods(house)).length === 1);
  await put('shop-prod', streams[1], [Date.now(), message('web-1')]);
  await follow(async () => (await alertedPods(house)).length === 2);
  assert.deepEqual(await alertedPods(house), [
    ['web-0', 1],
    ['web-1', 1],
  ]);
});
