import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../test/property/random.ts';
import type { AuditEvent, AuditSource, Json } from './event.ts';
import { parseAudit, readAudit } from './parse.ts';

const source: AuditSource = { provider: 'selfmanaged', route: 'test', cluster: null, pointer: 'audit.log:3' };

const base = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: 'a',
  stage: 'ResponseComplete',
  verb: 'create',
  user: { username: 'alice' },
} as const;

function read(changes: Readonly<Record<string, unknown>>): AuditEvent {
  const { events, problems } = readAudit({ ...base, ...changes } as Json, source);
  assert.deepEqual(problems, []);
  return events[0] as AuditEvent;
}

test('an event, a list of events, and what is wrong with some of them', () => {
  assert.equal(parseAudit(JSON.stringify(base), source).events.length, 1);
  const list = {
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    items: [base, { ...base, verb: 7 }, 3, base, { ...base, stage: '' }],
  };
  const { events, problems } = parseAudit(JSON.stringify(list), source);
  assert.equal(events.length, 2);
  assert.deepEqual(problems, [
    { place: 'audit.log:3 items[1]', message: 'verb must be text' },
    { place: 'audit.log:3 items[2]', message: 'expected an object of audit.k8s.io/v1' },
    { place: 'audit.log:3 items[4]', message: 'stage is missing: this is no event of audit.k8s.io' },
  ]);
  assert.match(parseAudit('{"a', source).problems[0]?.message ?? '', /^this is not JSON/);
});

test('sessions are known by their subresource, whatever the verb', () => {
  const action = (verb: string, subresource?: string, resource = 'pods'): string =>
    read({ verb, objectRef: { resource, ...(subresource ? { subresource } : {}) } }).derived.action;
  for (const verb of ['get', 'create']) {
    assert.equal(action(verb, 'exec'), 'exec');
    assert.equal(action(verb, 'attach'), 'attach');
    assert.equal(action(verb, 'portforward'), 'portforward');
    assert.equal(action(verb, 'log'), verb);
    assert.equal(action(verb, 'exec', 'widgets'), verb);
  }
  assert.equal(action('create', 'toString'), 'create');
  assert.equal(read({}).derived.action, 'create');
});

test('the pod spec is found in every kind of workload', () => {
  const pod = { containers: [{ name: 'c' }] };
  const template = { template: { spec: pod } };
  const objects: Readonly<Record<string, unknown>> = {
    pods: { spec: pod },
    podtemplates: { template: { spec: pod } },
    deployments: { spec: template },
    replicasets: { spec: template },
    replicationcontrollers: { spec: template },
    statefulsets: { spec: template },
    daemonsets: { spec: template },
    jobs: { spec: template },
    cronjobs: { spec: { jobTemplate: { spec: template } } },
  };
  for (const [resource, requestObject] of Object.entries(objects)) {
    const { derived } = read({ objectRef: { resource, namespace: 'n', name: 'w' }, requestObject });
    assert.deepEqual(derived.podSpec, pod, resource);
    assert.equal(derived.workload?.name, 'w');
    assert.equal(
      read({ verb: 'delete', objectRef: { resource }, responseObject: requestObject }).derived.podSpec,
      null,
    );
  }
  assert.equal(read({ objectRef: { resource: 'configmaps' }, requestObject: { spec: pod } }).derived.podSpec, null);
  assert.equal(
    read({ objectRef: { resource: 'pods', subresource: 'binding' }, requestObject: { spec: pod } }).derived.podSpec,
    null,
  );
  const ephemeral = read({
    verb: 'patch',
    objectRef: { resource: 'pods', subresource: 'ephemeralcontainers' },
    responseObject: { spec: pod },
  });
  assert.deepEqual(ephemeral.derived.podSpec, pod);
  const generated = read({
    objectRef: { resource: 'pods' },
    requestObject: { spec: pod },
    responseObject: { metadata: { name: 'web-x' } },
  });
  assert.deepEqual(generated.derived.workload, { kind: 'Pod', name: 'web-x', namespace: '' });
});

test('of a patch the outcome counts; without it the record says that it is partial', () => {
  const objectRef = { resource: 'deployments' };
  const patch = { spec: { template: { spec: { hostPID: true } } } };
  const outcome = { spec: { template: { spec: { hostPID: true, containers: [] } } } };
  const whole = read({ verb: 'patch', objectRef, requestObject: patch, responseObject: outcome });
  assert.deepEqual(whole.derived.podSpec, { hostPID: true, containers: [] });
  assert.deepEqual(whole.fidelity, { missing: [], inferred: [] });
  const partial = read({ level: 'Request', verb: 'patch', objectRef, requestObject: patch });
  assert.deepEqual(partial.derived.podSpec, { hostPID: true });
  assert.deepEqual(partial.fidelity.missing, ['responseObject', 'podSpec']);
  assert.equal(read({ verb: 'patch', objectRef, requestObject: [{ op: 'add', path: '/spec' }] }).derived.podSpec, null);
});

test('what level and limits left out is said', () => {
  assert.deepEqual(read({ level: 'Metadata' }).fidelity.missing, ['requestObject', 'responseObject']);
  assert.deepEqual(read({ annotations: { 'audit.k8s.io/truncated': 'true' } }).fidelity.missing, ['record']);
});

test('who acts, whether it was allowed, and from where', () => {
  const kinds: Readonly<Record<string, string>> = {
    alice: 'user',
    'system:anonymous': 'anonymous',
    'system:node:worker-1': 'node',
    'system:kube-scheduler': 'system',
    'system:serviceaccount:ci:builder': 'serviceaccount',
  };
  for (const [username, kind] of Object.entries(kinds))
    assert.equal(read({ user: { username } }).derived.actorKind, kind);
  assert.deepEqual(read({ user: { username: 'system:serviceaccount:ci:builder' } }).derived.actorServiceAccount, {
    namespace: 'ci',
    name: 'builder',
  });
  const allowed = (changes: Readonly<Record<string, unknown>>): boolean | null => read(changes).derived.allowed;
  assert.equal(allowed({ annotations: { 'authorization.k8s.io/decision': 'forbid' } }), false);
  assert.equal(
    allowed({ annotations: { 'authorization.k8s.io/decision': 'allow' }, responseStatus: { code: 409 } }),
    true,
  );
  assert.equal(allowed({ responseStatus: { code: 403 } }), false);
  assert.equal(allowed({ responseStatus: { code: 404 } }), true);
  assert.equal(allowed({}), null);
  assert.equal(read({ sourceIPs: ['203.0.113.1', '10.0.0.1'] }).derived.clientIp, '10.0.0.1');
});

test('records of any shape are read or refused, and nothing throws', () => {
  const values = [
    null,
    true,
    1,
    '',
    'x',
    [],
    ['x'],
    [1],
    {},
    { username: 'x' },
    { username: 1 },
    { spec: { template: 3 } },
  ];
  const keys = [
    ...Object.keys(base),
    'objectRef',
    'requestObject',
    'responseObject',
    'sourceIPs',
    'annotations',
    'impersonatedUser',
  ];
  for (const seed of seeds(200)) {
    const from = random(seed);
    const changes = Object.fromEntries(from.sample(keys, 6).map((key) => [key, from.pick(values)]));
    const { events, problems } = readAudit({ ...base, ...changes } as Json, source);
    assert.equal(events.length + problems.length, 1, `seed ${seed}`);
  }
});
