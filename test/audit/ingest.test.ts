import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { AuditRecord } from '../../collectors/audit/event.ts';
import { loadRules } from '../../detections/engine/load.ts';
import { execIntoAPod } from '../../detections/rules/exec-into-a-pod.ts';
import { packFiles } from '../../detections/rules/pack.ts';
import { auditLogFeed } from '../../gateway/ingest/audit-feeds.ts';
import { auditSources } from '../../gateway/ingest/audit-source.ts';
import { openLearning } from '../../gateway/ingest/learnt.ts';
import { openWatches } from '../../gateway/ingest/watches.ts';
import { webhookReports } from '../../gateway/ingest/webhook-reports.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import { StoreError } from '../../graph/store/errors.ts';
import { memoryLog, openHouse, serve } from '../gateway/testbed.ts';
import { followUntil } from './follow.ts';
import { chartManifests } from './histories.ts';

const closing = new AsyncDisposableStack();
after(() => closing.disposeAsync());
const folder = mkdtempSync(join(tmpdir(), 'portolan-ingest-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const house = await openHouse(closing);
const prod = await chartManifests(house, 'prod', '');
await chartManifests(house, 'staging', '');
const tokens = join(folder, 'tokens.yaml');
const sender = 'sender-of-prod-00';
const reader = 'reader-of-all-000';
writeFileSync(
  tokens,
  JSON.stringify({
    tokens: [
      { token: sender, clusters: ['prod', 'planned'], ingest: true },
      { token: 'sensor-of-worker-1', clusters: ['prod'], node: 'worker-1', ingest: true },
      { token: reader, clusters: '*' },
    ],
  }),
  { mode: 0o600 },
);
/** Set to let records fail. */
let outage: Error | null = null;
const alerts = new Proxy(house.alerts, {
  get: (target, name, receiver) =>
    name === 'raise' && outage !== null ? () => Promise.reject(outage) : Reflect.get(target, name, receiver),
});
const { logger, lines } = memoryLog();
const watches = openWatches({ ...house, alerts }, () => loadRules(packFiles()), openLearning(house.records, 0), logger);
const reporting = new AbortController();
const { rules } = loadRules(packFiles()).engines.k8s_audit;
const webhooks = webhookReports({ ...house, watches, rules, logger }, reporting.signal);
closing.defer(async () => {
  reporting.abort();
  await webhooks.ended();
});
const gateway = await serve(closing, house, { auth: { tokenFile: tokens }, watch: webhooks.of, logger });

const exec = execIntoAPod.fires as AuditRecord;

async function send(body: unknown, { token = sender, cluster = 'prod', headers = {} } = {}) {
  const payload = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await gateway.inject({
    method: 'POST',
    url: `/audit/v1/clusters/${cluster}`,
    payload,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

const list = (...items: unknown[]) => ({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items });

test('a batch is taken over once, packed or not, and what is malformed in it is told of', async () => {
  const other = { ...exec, auditID: 'other', objectRef: { ...exec.objectRef, name: 'web-1' } };
  const first = await send(list(exec, { verb: 'get' }, { ...exec, stage: 'ResponseComplete' }));
  assert.equal(first.status, 200);
  assert.deepEqual(
    { ...first.body, problems: first.body.problems.length },
    { taken: 2, duplicates: 0, alerts: 1, malformed: 1, problems: 1 },
  );
  assert.match(first.body.problems[0].place, /webhook of prod items\[1\]/);
  assert.ok(lines.some((line) => line.includes('malformed audit events')));

  const again = await send(gzipSync(JSON.stringify(list(exec, other))), { headers: { 'content-encoding': 'gzip' } });
  assert.deepEqual([again.status, again.body.taken, again.body.duplicates, again.body.alerts], [200, 1, 1, 1]);
  const { items } = await house.alerts.find(wholeTenant(house.tenant), { page: { first: 10 } });
  assert.deepEqual(
    items.map(({ item }) => [item.rule, item.cluster, item.namespace, item.count]),
    [0, 1].map(() => ['Exec into a pod', prod, 'shop', 1]),
  );
  const metrics = await gateway.inject({ url: '/metrics', headers: { authorization: `Bearer ${reader}` } });
  for (const line of ['taken"} 3', 'duplicate"} 1', 'malformed"} 1'])
    assert.ok(metrics.body.includes(`portolan_audit_events_total{outcome="${line}`), line);
});

test('a sender speaks for the clusters of its credential, and a credential is for sending or for reading', async () => {
  assert.equal((await send(list(exec), { token: 'nobody-knows-this' })).status, 401);
  assert.equal((await send(list(exec), { cluster: 'staging' })).status, 403);
  assert.equal((await send(list(exec), { token: reader })).status, 403);
  assert.equal((await send(list(exec), { token: 'sensor-of-worker-1' })).status, 403, 'a sensor sends no audit events');
  const asked = await gateway.inject({
    method: 'POST',
    url: '/graphql',
    payload: { query: '{ version }' },
    headers: { authorization: `Bearer ${sender}` },
  });
  assert.equal(asked.statusCode, 403);
  // An event that says it is of another cluster is of the one it came from.
  const liar = { ...exec, auditID: 'liar', annotations: { ...exec.annotations, cluster: 'staging' } };
  assert.equal((await send(list(liar))).status, 200);
});

test('what cannot be taken over now is to be sent again, and then counts once', async () => {
  const event = { ...exec, auditID: 'during-an-outage', objectRef: { ...exec.objectRef, name: 'late' } };
  outage = new StoreError('UPSTREAM_UNAVAILABLE', 'gone');
  const refused = await send(list(event));
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '10']);
  outage = null;
  assert.deepEqual((await send(list(event))).body.taken, 1);
  assert.deepEqual((await send(list(event))).body.duplicates, 1);
  const uncharted = await send(list(event), { cluster: 'planned' });
  assert.deepEqual([uncharted.status, uncharted.headers['retry-after']], [503, '10']);
});

test('Firehose delivers subscription records of CloudWatch Logs, by its key', async () => {
  const event = { ...exec, auditID: 'from firehose', objectRef: { ...exec.objectRef, name: 'firehose' } };
  const record = {
    messageType: 'DATA_MESSAGE',
    logGroup: '/aws/eks/another/cluster',
    logStream: 'kube-apiserver-audit-0a1b',
    logEvents: [{ id: '1', timestamp: 1, message: JSON.stringify(event) }],
  };
  const data = gzipSync(JSON.stringify(record)).toString('base64');
  const deliver = (key: string) =>
    gateway.inject({
      method: 'POST',
      url: '/audit/v1/clusters/prod',
      payload: JSON.stringify({ requestId: 'r-1', timestamp: 1, records: [{ data }] }),
      headers: {
        'content-type': 'application/json',
        'x-amz-firehose-request-id': 'r-1',
        'x-amz-firehose-access-key': key,
      },
    });
  assert.equal((await deliver('wrong-key-0000000')).statusCode, 401);
  const response = await deliver(sender);
  const { requestId, timestamp, taken, alerts: raised } = response.json();
  assert.deepEqual([response.statusCode, requestId, typeof timestamp, taken, raised], [200, 'r-1', 'number', 1, 1]);
  const query = { filter: { rules: ['Exec into a pod'] }, page: { first: 20 } };
  const { items } = await house.alerts.find(wholeTenant(house.tenant), query);
  const [alert] = items.filter(({ item }) => item.fields['ka.target.name'] === 'firehose');
  assert.equal(alert?.item.cluster, prod, 'it is of the cluster of the credential');
});

test('what the audit policy of an API server leaves out is told once enough has come', async () => {
  const event = (index: number) => ({
    ...exec,
    auditID: `policy ${index}`,
    level: 'Metadata',
    user: { username: 'quiet' },
  });
  const cluster = await chartManifests(house, 'planned', '');
  const batch = Array.from({ length: 1_000 }, (_, index) => ({ ...event(index), verb: 'delete', objectRef: {} }));
  const lost = async (): Promise<readonly string[]> =>
    (await auditSources(house.records, house.tenant, cluster)).flatMap(({ address, notCovered }) =>
      notCovered.map(({ rule }) => `${address}: ${rule}`),
    );
  assert.equal((await send(list(...batch.slice(1)), { cluster: 'planned' })).status, 200);
  assert.deepEqual(await lost(), []);
  assert.equal((await send(list(...batch.slice(0, 1)), { cluster: 'planned' })).status, 200);
  for (const limit = Date.now() + 10_000; (await lost()).length === 0 && Date.now() < limit; )
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok((await lost()).includes('the webhook: Binding to cluster-admin'));
});

test('bodies that are no batch are refused', async () => {
  assert.equal((await send('{"kind":')).status, 400);
  assert.equal((await send('not gzip', { headers: { 'content-encoding': 'gzip' } })).status, 400);
  const bomb = gzipSync(Buffer.alloc(32 << 20, ' '));
  assert.equal((await send(bomb, { headers: { 'content-encoding': 'gzip' } })).status, 400);
  assert.equal((await send(' '.repeat((16 << 20) + 1))).status, 413);
});

test('an audit log is followed from where it was, over a restart and a rotation', async () => {
  const path = join(folder, 'audit.log');
  const line = (name: string): string =>
    `${JSON.stringify({ ...exec, auditID: `file ${name}`, objectRef: { ...exec.objectRef, namespace: 'file', name } })}\n`;
  const pods = async (count: number): Promise<readonly (readonly [string | undefined, number])[]> => {
    for (const limit = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const query = { filter: { namespaces: ['file'] }, order: { field: 'firstSeen' }, page: { first: 10 } } as const;
      const { items } = await house.alerts.find(wholeTenant(house.tenant), query);
      if (items.length < count && Date.now() < limit) continue;
      return items.map(({ item }) => [String(item.fields['ka.target.name']), item.count] as const).sort();
    }
  };
  const follow = async (count: number) => {
    const isThere = async (): Promise<boolean> => (await pods(count)).length >= count;
    await followUntil(isThere, house, auditLogFeed(`prod=${path}`), logger);
    return pods(count);
  };
  writeFileSync(path, line('a') + line('b'));
  assert.deepEqual(await follow(2), [
    ['a', 1],
    ['b', 1],
  ]);
  appendFileSync(path, line('c'));
  renameSync(path, join(folder, 'audit-1.log'));
  writeFileSync(path, line('d'));
  assert.deepEqual(await follow(4), [
    ['a', 1],
    ['b', 1],
    ['c', 1],
    ['d', 1],
  ]);
});
