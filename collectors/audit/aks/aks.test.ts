import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditSource, JsonObject } from '../event.ts';
import { readWrapped } from '../shapes.ts';

const source: AuditSource = { provider: 'selfmanaged', route: 'file', cluster: null, pointer: 'saved.json' };
const resourceId = '/SUBSCRIPTIONS/0A1B/RESOURCEGROUPS/SHOP/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/PROD';
const event = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: 'a',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods',
  verb: 'create',
  user: { username: 'alice@example.com', groups: ['system:authenticated'] },
  sourceIPs: ['192.0.2.10'],
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web', apiVersion: 'v1' },
  responseStatus: { code: 201 },
  requestObject: { kind: 'Pod', spec: { hostPID: true } },
  requestReceivedTimestamp: '2026-11-22T10:00:00.000000Z',
  stageTimestamp: '2026-11-22T10:00:00.010000Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
};
const diagnostic = (category: string, log: string) => ({
  time: '2026-11-22T10:00:00Z',
  resourceId,
  category,
  operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
  properties: { log, stream: 'stdout', pod: 'kube-apiserver-0', containerID: '0a' },
});
const row = (changes: object = {}): JsonObject => ({
  TimeGenerated: '2026-11-22T10:00:00Z',
  Type: 'AKSAudit',
  _ResourceId: resourceId,
  Level: event.level,
  AuditId: event.auditID,
  Stage: event.stage,
  RequestUri: event.requestURI,
  Verb: event.verb,
  User: event.user,
  SourceIps: event.sourceIPs,
  UserAgent: '',
  ObjectRef: event.objectRef,
  ResponseStatus: event.responseStatus,
  RequestObject: event.requestObject,
  ResponseObject: null,
  RequestReceivedTime: event.requestReceivedTimestamp,
  StageReceivedTime: event.stageTimestamp,
  Annotations: event.annotations,
  PodName: 'kube-apiserver-0',
  ...changes,
});

function read(value: unknown) {
  const parsed = readWrapped(value as JsonObject, source);
  assert.ok(parsed, 'it is no shape that is known');
  return parsed;
}

test('diagnostic records are read as event hubs, storage and AzureDiagnostics have them; other categories are not', () => {
  const log = JSON.stringify(event);
  for (const [name, value] of Object.entries({
    'event hub': {
      records: [diagnostic('guard', 'text'), diagnostic('kube-apiserver', 'I1122 text'), diagnostic('kube-audit', log)],
    },
    admin: { records: [diagnostic('kube-audit-admin', log)] },
    storage: diagnostic('kube-audit', log),
    AzureDiagnostics: { Category: 'kube-audit', log_s: log, ResourceId: resourceId, Type: 'AzureDiagnostics' },
  })) {
    const { events, problems } = read(value);
    assert.deepEqual([name, events.map(({ record }) => record), problems], [name, [event], []]);
    const [{ source: from, fidelity, derived } = assert.fail()] = events;
    assert.deepEqual(from.cluster, { id: resourceId.toLowerCase(), name: 'prod', region: '', account: '0a1b' });
    assert.deepEqual(
      [from.provider, fidelity, derived.podSpec],
      ['aks', { missing: [], inferred: [] }, { hostPID: true }],
    );
  }
  assert.deepEqual(read({ records: [diagnostic('kube-scheduler', 'text')] }), { events: [], problems: [] });
  assert.match(read(diagnostic('kube-audit', log.slice(0, 300))).problems[0]?.message ?? '', /^event a was too large/);
  assert.match(read({ ...diagnostic('kube-audit', ''), properties: {} }).problems[0]?.message ?? '', /log is missing/);
});

test('rows of the tables are read as objects, with JSON in their cells, and as an answer has them', () => {
  const texts = row({
    User: JSON.stringify(event.user),
    ObjectRef: JSON.stringify(event.objectRef),
    SourceIps: JSON.stringify(event.sourceIPs),
    RequestObject: JSON.stringify(event.requestObject),
    ResponseStatus: JSON.stringify(event.responseStatus),
    Annotations: JSON.stringify(event.annotations),
  });
  const columns = Object.keys(texts).map((name) => ({ name, type: 'string' }));
  const answer = { tables: [{ name: 'PrimaryResult', columns, rows: [Object.values(texts)] }] };
  const { kind: _kind, apiVersion: _version, ...record } = event;
  for (const value of [row(), texts, answer, { records: [row()] }]) {
    const { events, problems } = read(value);
    assert.deepEqual(problems, []);
    assert.deepEqual(events[0]?.record, record);
    assert.deepEqual(events[0]?.fidelity, { missing: ['impersonatedUser'], inferred: [] });
    assert.equal(events[0]?.source.cluster?.name, 'prod');
  }
  const arc = row({
    Type: 'ArcK8sAudit',
    _ResourceId: '/subscriptions/0/resourcegroups/g/providers/microsoft.kubernetes/connectedclusters/edge',
  });
  assert.deepEqual([read(arc).events[0]?.source.provider, read(arc).events[0]?.source.cluster?.name], ['arc', 'edge']);
});

test('an object that was too large for its row is missing, and not a text', () => {
  const { events } = read(
    row({ RequestObject: 'skipped-too-big-size-object', ResponseObject: 'skipped-too-big-size-object' }),
  );
  assert.equal(events[0]?.record.requestObject, undefined);
  assert.equal(events[0]?.derived.podSpec, null);
  assert.deepEqual(events[0]?.fidelity.missing, ['impersonatedUser', 'requestObject', 'responseObject', 'podSpec']);
  assert.match(read({ records: [row(), { a: 1 }] }).problems[0]?.message ?? '', /AuditId and Stage are missing/);
});
