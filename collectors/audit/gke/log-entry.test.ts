import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditSource, JsonObject } from '../event.ts';
import { readWrapped } from '../shapes.ts';
import { objectOf, uriOf, verbOf } from './resource-name.ts';

const source: AuditSource = { provider: 'selfmanaged', route: 'file', cluster: null, pointer: 'saved.json' };
const entry = (payload: object = {}, changes: object = {}): JsonObject => ({
  insertId: '0a1b2c',
  logName: 'projects/shop/logs/cloudaudit.googleapis.com%2Factivity',
  resource: {
    type: 'k8s_cluster',
    labels: { project_id: 'shop', location: 'europe-west3', cluster_name: 'prod' },
  },
  labels: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': 'RBAC: allowed by ...' },
  timestamp: '2026-11-22T10:00:00.123456Z',
  receiveTimestamp: '2026-11-22T10:00:04Z',
  severity: 'NOTICE',
  operation: { id: 'audit-1', producer: 'k8s.io', first: true, last: true },
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    serviceName: 'k8s.io',
    methodName: 'io.k8s.core.v1.pods.create',
    resourceName: 'core/v1/namespaces/shop/pods/web',
    authenticationInfo: { principalEmail: 'system:serviceaccount:ci:builder' },
    authorizationInfo: [
      { permission: 'io.k8s.core.v1.pods.create', resource: 'core/v1/namespaces/shop/pods/web', granted: true },
    ],
    requestMetadata: { callerIp: '192.0.2.10', callerSuppliedUserAgent: 'kubectl/v1.36' },
    request: { '@type': 'core.k8s.io/v1.Pod', kind: 'Pod', spec: { hostPID: true } },
    response: { '@type': 'core.k8s.io/v1.Pod', kind: 'Pod', metadata: { name: 'web' }, spec: { hostPID: true } },
    ...payload,
  },
  ...changes,
});

function read(value: unknown) {
  const parsed = readWrapped(value as JsonObject, source);
  assert.ok(parsed, 'it is no shape that is known');
  return parsed;
}
const one = (payload: object = {}, changes: object = {}) => read(entry(payload, changes)).events[0] ?? assert.fail();

test('an entry is read as the event that it came from, and says what it had to conclude', () => {
  const { record, source: from, derived, fidelity } = one();
  assert.deepEqual(JSON.parse(JSON.stringify(record)), {
    level: 'RequestResponse',
    auditID: 'audit-1',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/shop/pods/web',
    verb: 'create',
    user: { username: 'system:serviceaccount:ci:builder' },
    sourceIPs: ['192.0.2.10'],
    userAgent: 'kubectl/v1.36',
    objectRef: { resource: 'pods', namespace: 'shop', name: 'web', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    requestObject: { kind: 'Pod', spec: { hostPID: true } },
    responseObject: { kind: 'Pod', metadata: { name: 'web' }, spec: { hostPID: true } },
    requestReceivedTimestamp: '2026-11-22T10:00:00.123456Z',
    stageTimestamp: '2026-11-22T10:00:00.123456Z',
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': 'RBAC: allowed by ...' },
  });
  assert.deepEqual([from.provider, from.cluster?.id], ['gke', 'projects/shop/locations/europe-west3/clusters/prod']);
  assert.deepEqual(derived.actorServiceAccount, { namespace: 'ci', name: 'builder' });
  assert.deepEqual(derived.podSpec, { hostPID: true });
  assert.deepEqual(fidelity, { missing: ['groups', 'extra', 'query'], inferred: ['code', 'level', 'stage', 'uri'] });
});

test('entries are read as entries:list and Pub/Sub have them; those of other services are passed over', () => {
  const data = Buffer.from(JSON.stringify(entry())).toString('base64');
  const other = entry({
    serviceName: 'container.googleapis.com',
    methodName: 'google.container.v1.ClusterManager.UpdateCluster',
  });
  for (const value of [
    { entries: [other, entry()], nextPageToken: 'x' },
    { receivedMessages: [{ ackId: 'a', message: { data, messageId: '1' } }] },
    { message: { data, messageId: '1' }, subscription: 'projects/shop/subscriptions/audit' },
  ]) {
    const { events, problems } = read(value);
    assert.deepEqual([events.map(({ record }) => record.auditID), problems], [['audit-1'], []]);
  }
  assert.equal(readWrapped(other, source), null);
});

test('what came of it is concluded, unless the answer says it', () => {
  const status = (payload: object) => one(payload).record.responseStatus;
  const nothing = { request: undefined, response: undefined };
  assert.deepEqual(status({ ...nothing, methodName: 'io.k8s.core.v1.secrets.list' })?.code, 200);
  for (const [rpc, code] of [
    [7, 403],
    [5, 404],
    [6, 409],
    [16, 401],
    [3, 400],
    [8, 429],
    [99, 500],
  ])
    assert.equal(status({ ...nothing, status: { code: rpc, message: 'no' } })?.code, code);
  assert.equal(one({ ...nothing, status: { code: 7 } }, { labels: {} }).derived.allowed, false);
  const told = one({ response: { '@type': 'core.k8s.io/v1.Status', status: 'Failure', code: 422, reason: 'Invalid' } });
  assert.deepEqual(told.record.responseStatus, { status: 'Failure', code: 422, reason: 'Invalid' });
  assert.deepEqual([told.record.level, told.record.responseObject], ['Request', undefined]);
  assert.ok(!told.fidelity.inferred.includes('code'));
  const read = one({ ...nothing, methodName: 'io.k8s.core.v1.secrets.get' });
  assert.equal(read.record.level, 'Metadata');
  assert.deepEqual(read.fidelity.missing, ['groups', 'extra', 'query', 'requestObject', 'responseObject']);
});

test('a session has two entries of one operation: it begins, and it ends', () => {
  const exec = {
    methodName: 'io.k8s.core.v1.pods.exec.create',
    resourceName: 'core/v1/namespaces/shop/pods/web/exec',
    request: undefined,
    response: undefined,
  };
  const begins = one(exec, { operation: { id: 'audit-2', first: true } });
  const ends = one(exec, { operation: { id: 'audit-2', last: true } });
  const alone = one(exec, { operation: undefined });
  assert.deepEqual(
    [begins, ends, alone].map(({ record, derived }) => [
      record.auditID,
      record.stage,
      record.responseStatus?.code,
      derived.action,
    ]),
    [
      ['audit-2', 'ResponseStarted', 101, 'exec'],
      ['audit-2', 'ResponseComplete', 101, 'exec'],
      ['0a1b2c', 'ResponseComplete', 101, 'exec'],
    ],
  );
});

test('names of methods and resources are told apart as the API server does', () => {
  const cases: readonly (readonly [method: string, resource: string, uri: string, object: object])[] = [
    [
      'io.k8s.core.v1.pods.list',
      'core/v1/namespaces/a/pods',
      '/api/v1/namespaces/a/pods',
      { resource: 'pods', namespace: 'a' },
    ],
    ['io.k8s.core.v1.secrets.list', 'core/v1/secrets', '/api/v1/secrets', { resource: 'secrets' }],
    [
      'io.k8s.core.v1.nodes.proxy.get',
      'core/v1/nodes/n/proxy',
      '/api/v1/nodes/n/proxy',
      { resource: 'nodes', name: 'n', subresource: 'proxy' },
    ],
    [
      'io.k8s.core.v1.namespaces.delete',
      'core/v1/namespaces/a',
      '/api/v1/namespaces/a',
      { resource: 'namespaces', namespace: 'a', name: 'a' },
    ],
    [
      'io.k8s.core.v1.namespaces.finalize.update',
      'core/v1/namespaces/a/finalize',
      '/api/v1/namespaces/a/finalize',
      { resource: 'namespaces', namespace: 'a', name: 'a', subresource: 'finalize' },
    ],
    ['io.k8s.core.v1.namespaces.list', 'core/v1/namespaces', '/api/v1/namespaces', { resource: 'namespaces' }],
    [
      'io.k8s.core.v1.pods.eviction.create',
      'core/v1/namespaces/a/pods/p',
      '/api/v1/namespaces/a/pods/p',
      { resource: 'pods', namespace: 'a', name: 'p', subresource: 'eviction' },
    ],
    [
      'io.k8s.apps.v1.deployments.scale.update',
      'apps/v1/namespaces/a/deployments/d/scale',
      '/apis/apps/v1/namespaces/a/deployments/d/scale',
      { apiGroup: 'apps', resource: 'deployments', namespace: 'a', name: 'd', subresource: 'scale' },
    ],
    [
      'io.k8s.authorization.rbac.v1.clusterrolebindings.create',
      'rbac.authorization.k8s.io/v1/clusterrolebindings/b',
      '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/b',
      { apiGroup: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings', name: 'b' },
    ],
  ];
  for (const [method, resource, uri, object] of cases) {
    assert.deepEqual(objectOf(method, resource), { apiVersion: 'v1', ...object }, method);
    assert.equal(uriOf(resource), uri);
    assert.equal(verbOf(method), method.split('.').at(-1));
  }
  assert.deepEqual(objectOf('', ''), {});
});
