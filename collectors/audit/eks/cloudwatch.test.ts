import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { AuditSource, JsonObject } from '../event.ts';
import { readWrapped } from '../shapes.ts';
import { readLogEvent } from './log-event.ts';

const source: AuditSource = { provider: 'selfmanaged', route: 'file', cluster: null, pointer: 'saved.json' };
const stream = 'kube-apiserver-audit-0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const event = (id: string, changes: object = {}) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: id,
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/configmaps',
  verb: 'create',
  user: {
    username: 'arn:aws:sts::111122223333:assumed-role/Ops/alice',
    uid: 'aws-iam-authenticator:111122223333:AROAEXAMPLE',
    groups: ['system:authenticated'],
    extra: { arn: ['arn:aws:sts::111122223333:assumed-role/Ops/alice'], sessionName: ['alice'] },
  },
  objectRef: { resource: 'configmaps', namespace: 'shop', name: 'settings', apiVersion: 'v1' },
  responseStatus: { code: 201 },
  requestObject: { kind: 'ConfigMap', data: { text: 'brackets ]}, "quotes" and \\ more' } },
  annotations: { 'authorization.k8s.io/decision': 'allow' },
  ...changes,
});
const subscription = (logStream: string, ...messages: readonly string[]) => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: '/aws/eks/prod/cluster',
  logStream,
  subscriptionFilters: ['portolan'],
  logEvents: messages.map((message, index) => ({ id: `${index}`, timestamp: 1_790_000_000_000 + index, message })),
});
const control = {
  ...subscription('', 'CWL CONTROL MESSAGE: checking the health of the destination'),
  messageType: 'CONTROL_MESSAGE',
};
const packed = (...values: readonly unknown[]): string =>
  gzipSync(values.map((value) => JSON.stringify(value)).join('')).toString('base64');

function read(value: unknown) {
  const parsed = readWrapped(value as JsonObject, source);
  assert.ok(parsed, 'it is no shape that is known');
  return parsed;
}

test('subscription records are read as Lambda, Kinesis and Firehose get them, packed or not', () => {
  const plain = subscription(stream, JSON.stringify(event('a')), JSON.stringify(event('b')));
  for (const [name, value] of Object.entries({
    plain,
    lambda: { awslogs: { data: packed(plain) } },
    kinesis: { Records: [{ eventSource: 'aws:kinesis', kinesis: { data: packed(plain) } }] },
    'kinesis, as GetRecords has it': { Records: [{ SequenceNumber: '1', PartitionKey: 'k', Data: packed(plain) }] },
    firehose: { deliveryStreamArn: 'arn', records: [{ recordId: '1', data: packed(plain) }] },
    'firehose, several in one': {
      records: [
        {
          data: packed(
            control,
            subscription(stream, JSON.stringify(event('a'))),
            subscription(stream, JSON.stringify(event('b'))),
          ),
        },
      ],
    },
    'not packed': { records: [{ data: Buffer.from(JSON.stringify(plain)).toString('base64') }] },
  })) {
    const { events, problems } = read(value);
    assert.deepEqual([name, events.map(({ record }) => record.auditID), problems], [name, ['a', 'b'], []]);
    assert.deepEqual(events[0]?.source.cluster, { id: 'prod', name: 'prod', region: '', account: '111122223333' });
    assert.equal(events[0]?.source.provider, 'eks');
    assert.deepEqual(events[0]?.fidelity, { missing: [], inferred: [] });
  }
  assert.deepEqual(read(control), { events: [], problems: [] });
});

test('the other streams of the control plane are passed over', () => {
  const line = 'I1122 10:00:00.000000 1 controller.go:1] OpenAPI AggregationController';
  const answer = {
    events: [
      { logStreamName: 'kube-apiserver-0a1b', timestamp: 1, message: line, eventId: '1' },
      { logStreamName: stream, timestamp: 2, message: JSON.stringify(event('a')), eventId: '2' },
    ],
    searchedLogStreams: [],
  };
  for (const value of [subscription('authenticator-0a1b', line), subscription('kube-apiserver-0a1b', line)])
    assert.deepEqual(read(value), { events: [], problems: [] });
  const { events, problems } = read(answer);
  assert.deepEqual([events.length, problems.length], [1, 0]);
});

test('of an event that was cut off, who acted on what is read, and it is told that the rest is gone', () => {
  const text = JSON.stringify(event('cut'));
  for (let length = 1; length < text.length; length++) {
    for (const mark of ['', '[Truncated...]']) {
      const { events, problems } = readLogEvent(text.slice(0, length) + mark, source);
      assert.equal(problems.length, 1, `${length} characters`);
      for (const { record, fidelity } of events) {
        assert.deepEqual({ ...event('cut'), ...record }, event('cut'), `${length} characters`);
        assert.ok(fidelity.missing.includes('record') && fidelity.missing.includes('requestObject'));
      }
    }
  }
  const cut = readLogEvent(`${text.slice(0, text.indexOf('"text"'))}[Truncated...]`, source);
  assert.equal(cut.events[0]?.record.objectRef?.name, 'settings');
  assert.deepEqual(cut.problems, [
    {
      place: 'saved.json',
      message: 'event cut was too large and is cut off: what stands behind that is not known',
    },
  ]);
  assert.match(readLogEvent('"data":{"rest":1}}', source).problems[0]?.message ?? '', /continues an event/);
  assert.match(readLogEvent('{"kind":"Event"}', source).problems[0]?.message ?? '', /^auditID is missing/);
});

test('what is no subscription record is told of, and a bomb does not go off', () => {
  const told = (value: unknown) =>
    read(value)
      .problems.map(({ message }) => message)
      .join();
  assert.match(told({ awslogs: { data: 'bm90IGpzb24=' } }), /this is not JSON/);
  assert.match(told({ awslogs: { data: '' } }), /^$|no subscription/);
  assert.match(told({ records: [{ data: packed({ a: 1 }) }] }), /no subscription record/);
  assert.match(
    told({ awslogs: { data: gzipSync(Buffer.alloc(65 << 20, ' ')).toString('base64') } }),
    /no gzip, or holds more than 32 MiB/,
  );
  const large = gzipSync(Buffer.alloc(20 << 20, ' ')).toString('base64');
  assert.match(told({ records: [{ data: large }, { data: large }] }), /^this is no gzip, or holds more than 32 MiB$/);
  assert.match(told(subscription(stream, 'x')), /continues/);
  assert.match(told({ ...subscription(stream), logEvents: [1] }), /a log event has a message/);
});
