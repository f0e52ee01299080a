import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Alert } from '../engine/rule.ts';
import { falcoAlert } from './falco.ts';
import { ocsfFinding } from './ocsf.ts';
import { fileSink, webhookSink } from './sink.ts';
import { signature } from './webhook.ts';

const node: Alert = {
  rule: 'Shell on a socket',
  severity: 'HIGH',
  techniques: ['T1059.004', 'T1071'],
  time: '2026-01-02T03:04:05.000000006Z',
  output: 'Shell on a socket (command=sh -i)',
  fields: {
    'proc.cmdline': 'sh -i',
    'proc.exepath': '/bin/sh',
    'proc.pname': 'nginx',
    'fd.name': '/etc/shadow',
    'container.id': 'abc',
    'k8s.pod.uid': 'p',
    'user.name': 'root',
    'fd.sip': null,
  },
};
const audit: Alert = {
  ...node,
  fields: {
    'ka.user.name': 'alice',
    'ka.verb': 'create',
    'ka.target.resource': 'pods',
    'ka.target.name': 'web',
    'ka.response.code': '201',
    'ka.sourceips': ['1.2.3.4', '10.0.0.1'],
  },
};

test('Falco JSON', () => {
  assert.deepEqual(falcoAlert(node, 'worker-1'), {
    hostname: 'worker-1',
    output: '2026-01-02T03:04:05.000000006Z: Error Shell on a socket (command=sh -i)',
    output_fields: node.fields,
    priority: 'Error',
    rule: 'Shell on a socket',
    source: 'syscall',
    tags: ['T1059.004', 'T1071'],
    time: '2026-01-02T03:04:05.000000006Z',
  });
  assert.equal(falcoAlert(audit, 'w').source, 'k8s_audit');
});

/** What the schema requires of each object, and the types of what we fill in (schema.ocsf.io, 1.8.0). */
const shapes: Readonly<
  Record<string, { readonly required: readonly string[]; readonly types: Readonly<Record<string, string>> }>
> = {
  finding: {
    required: [
      'activity_id',
      'category_uid',
      'class_uid',
      'type_uid',
      'severity_id',
      'time',
      'metadata',
      'finding_info',
    ],
    types: {
      ...{
        activity_id: 'number',
        category_uid: 'number',
        class_uid: 'number',
        type_uid: 'number',
        severity_id: 'number',
      },
      ...{ status_id: 'number', time: 'number', message: 'string', is_alert: 'boolean', metadata: 'metadata' },
      ...{ finding_info: 'finding_info', evidences: 'evidence[]', resources: 'resource[]', unmapped: 'any' },
    },
  },
  metadata: { required: ['version', 'product'], types: { version: 'string', product: 'product' } },
  product: { required: [], types: { name: 'string', vendor_name: 'string' } },
  finding_info: {
    required: ['uid'],
    types: { uid: 'string', title: 'string', desc: 'string', analytic: 'analytic', attacks: 'attack[]' },
  },
  analytic: { required: ['type_id'], types: { name: 'string', uid: 'string', type_id: 'number' } },
  attack: { required: [], types: { version: 'string', technique: 'technique', sub_technique: 'technique' } },
  technique: { required: [], types: { uid: 'string' } },
  resource: { required: [], types: { name: 'string', namespace: 'string', type: 'string' } },
  evidence: {
    required: [],
    types: {
      ...{ process: 'process', file: 'file', container: 'container', actor: 'actor', api: 'api' },
      ...{ src_endpoint: 'endpoint', dst_endpoint: 'endpoint' },
    },
  },
  process: {
    required: [],
    types: { name: 'string', cmd_line: 'string', pid: 'number', file: 'file', parent_process: 'process' },
  },
  file: { required: ['name', 'type_id'], types: { name: 'string', path: 'string', type_id: 'number' } },
  container: { required: [], types: { uid: 'string', pod_uuid: 'string', image: 'image' } },
  image: { required: [], types: { name: 'string' } },
  actor: { required: [], types: { user: 'user' } },
  user: { required: [], types: { name: 'string' } },
  endpoint: { required: [], types: { ip: 'string', port: 'number' } },
  api: { required: ['operation'], types: { operation: 'string', response: 'response', service: 'service' } },
  response: { required: [], types: { code: 'number' } },
  service: { required: [], types: { name: 'string' } },
};

function suits(value: unknown, type: string, path: string): void {
  if (type === 'any') return;
  if (type.endsWith('[]')) {
    assert.ok(Array.isArray(value), path);
    for (const [index, item] of value.entries()) suits(item, type.slice(0, -2), `${path}[${index}]`);
    return;
  }
  const shape = shapes[type];
  if (shape === undefined) {
    assert.equal(typeof value, type, path);
    return;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const key of shape.required) assert.ok(object[key] !== undefined, `${path}.${key} is required`);
  for (const [key, inner] of Object.entries(object)) {
    const expected = shape.types[key];
    assert.ok(expected !== undefined, `${path}.${key} is not of the schema`);
    suits(inner, expected, `${path}.${key}`);
  }
}

test('OCSF Detection Finding', () => {
  for (const alert of [node, audit, { ...node, fields: {} }]) suits(ocsfFinding(alert, '18.1'), 'finding', 'finding');
  const finding = ocsfFinding(node, '18.1');
  assert.equal(finding.type_uid, 200_401);
  assert.equal(finding.severity_id, 4);
  assert.equal(finding.time, 1_767_323_045_000);
  assert.deepEqual((finding.finding_info as { attacks: unknown }).attacks, [
    { version: '18.1', technique: { uid: 'T1059' }, sub_technique: { uid: 'T1059.004' } },
    { version: '18.1', technique: { uid: 'T1071' } },
  ]);
  const [evidence] = ocsfFinding(audit, '18.1').evidences as readonly Readonly<Record<string, unknown>>[];
  assert.deepEqual(evidence, {
    actor: { user: { name: 'alice' } },
    src_endpoint: { ip: '10.0.0.1' },
    api: { operation: 'create', response: { code: 201 }, service: { name: 'Kubernetes API' } },
  });
});

test('a file keeps what it has, and only its owner reads it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-sink-'));
  try {
    const path = join(folder, 'alerts');
    for (const text of ['{"a":1}', '{"a":2}']) {
      const sink = await fileSink(path);
      await sink.write(text);
      await sink.close();
    }
    assert.equal(await readFile(path, 'utf8'), '{"a":1}\n{"a":2}\n');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Posts to a server that answers so, one after another; what it was asked, and how that ended. */
async function posted(answers: readonly number[]) {
  const asked: { readonly id: unknown; readonly signed: boolean }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const given = String(request.headers['x-portolan-signature']);
    const [, seconds] = /^t=(\d+),/.exec(given) ?? [];
    asked.push({ id: request.headers['x-portolan-id'], signed: given === signature('s', Number(seconds), body) });
    response.writeHead(answers[asked.length - 1] ?? 200).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const sink = webhookSink({ url, secret: 's', delaysMs: [1, 1] }, new AbortController().signal);
  const outcome = await sink.write('{"a":1}').then(
    () => 'taken',
    (error: Error) => `${error.name}: ${error.message}`,
  );
  server.close();
  server.closeAllConnections();
  return { asked, outcome };
}

test('a webhook is asked again for what may pass, with the same id, signed', async () => {
  const { asked, outcome } = await posted([503, 429, 204]);
  assert.equal(outcome, 'taken');
  assert.equal(asked.length, 3);
  assert.equal(new Set(asked.map(({ id }) => id)).size, 1);
  assert.ok(asked.every(({ signed }) => signed));
});

test('a webhook that refuses, or does not recover, is told of', async () => {
  const refused = await posted([400]);
  assert.equal(refused.asked.length, 1);
  assert.match(refused.outcome, /^AlertRefused: .* did not take alert [0-9a-f]{32}: it answered 400/);
  const down = await posted([500, 500, 500]);
  assert.equal(down.asked.length, 3);
  assert.match(down.outcome, /^Error: .* it answered 500/);
  for (const status of [401, 404])
    assert.match((await posted([status])).outcome, /^Error: /, 'all alerts would be refused');
  assert.equal((await posted([302])).asked.length, 1);
});
