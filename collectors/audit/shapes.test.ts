import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { random, seeds } from '../../test/property/random.ts';
import type { AuditSource, Json, JsonObject } from './event.ts';
import { readAnyAudit } from './shapes.ts';

const source: AuditSource = { provider: 'selfmanaged', route: 'file', cluster: null, pointer: 'saved.json' };
const event = { auditID: 'a', stage: 'ResponseComplete', verb: 'get', user: { username: 'alice' }, objectRef: {} };
const log = JSON.stringify(event);
const subscription = {
  messageType: 'DATA_MESSAGE',
  owner: '1',
  logGroup: '/aws/eks/prod/cluster',
  logStream: 'kube-apiserver-audit-1',
  logEvents: [{ id: '1', timestamp: 1, message: log }],
};
const data = gzipSync(JSON.stringify(subscription)).toString('base64');
const entry = {
  insertId: 'a',
  timestamp: '2026-11-22T10:00:00Z',
  resource: { labels: { project_id: 'p', location: 'l', cluster_name: 'c' } },
  labels: { 'authorization.k8s.io/decision': 'allow' },
  operation: { id: 'o', first: true },
  protoPayload: {
    serviceName: 'k8s.io',
    methodName: 'io.k8s.core.v1.pods.create',
    resourceName: 'core/v1/namespaces/shop/pods/web',
    authenticationInfo: { principalEmail: 'alice' },
    requestMetadata: { callerIp: '192.0.2.1' },
    request: { '@type': 'core.k8s.io/v1.Pod', metadata: { name: 'web' } },
    response: { '@type': 'core.k8s.io/v1.Status', code: 403 },
    status: { code: 7 },
  },
};
const row = { AuditId: 'a', Stage: 'Panic', Verb: 'get', User: '{"username":"alice"}', SourceIps: '["192.0.2.1"]' };
const wrapped: readonly Json[] = [
  { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [event] },
  subscription,
  { awslogs: { data } },
  { Records: [{ kinesis: { data } }] },
  { requestId: '1', records: [{ data }] },
  { events: [{ logStreamName: subscription.logStream, message: log }] },
  { records: [{ category: 'kube-audit', resourceId: '/subscriptions/1/x/prod', properties: { log } }] },
  { Category: 'kube-audit', log_s: log },
  row,
  { tables: [{ columns: Object.keys(row).map((name) => ({ name })), rows: [Object.values(row)] }] },
  { entries: [entry] },
  { receivedMessages: [{ message: { data: Buffer.from(JSON.stringify(entry)).toString('base64') } }] },
];

/** The paths of everything within a value. */
function paths(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => paths(inner as Json, [...path, key]))];
}

function replaced(value: Json, [key, ...rest]: readonly string[], by: Json): Json {
  if (key === undefined) return by;
  const inner = replaced((value as JsonObject)[key] as Json, rest, by);
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? inner : item)) as Json;
  return { ...(value as JsonObject), [key]: inner };
}

test('each way in which events are wrapped holds one', () => {
  for (const value of wrapped) {
    const { events, problems } = readAnyAudit(value, source);
    assert.deepEqual([events.length, problems], [1, []], JSON.stringify(value));
  }
});

test('whatever is wrong within is told of or passed over, and nothing throws', () => {
  const values: readonly Json[] = [null, true, 7, '', 'x', [], ['x'], [null], [[]], {}, { a: 1 }, { data: 'x' }, log];
  let told = 0;
  for (const seed of seeds(400)) {
    const from = random(seed);
    let value = from.pick(wrapped);
    for (let changes = 1 + from.integer(3); changes > 0; changes--)
      value = replaced(value, from.pick(paths(value)), from.pick(values));
    try {
      const { events, problems } = readAnyAudit(value, source);
      told += problems.length;
      for (const { place, message } of problems) assert.ok(place.startsWith('saved.json') && message !== '');
      for (const { record } of events) assert.ok(record.auditID !== '' && record.verb !== '');
    } catch (error) {
      assert.fail(`seed ${seed}: ${JSON.stringify(value)}: ${(error as Error).stack}`);
    }
  }
  assert.ok(told > 50);
});
