import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { unusualDeployment } from '../../../detections/baselines/behaviours/unusual-deployment.ts';
import { bindingToClusterAdmin } from '../../../detections/rules/binding-to-cluster-admin.ts';
import { shellOnASocket } from '../../../detections/rules/shell-on-a-socket.ts';
import { run } from '../run.ts';
import { commands } from './index.ts';

const folder = await mkdtemp(join(tmpdir(), 'portolan-detect-'));
after(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function detect(...args: readonly string[]) {
  let [out, err] = ['', ''];
  const status = await run(commands, ['detect', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    environment: {},
    signal: new AbortController().signal,
  });
  const alerts = (): readonly { rule: string; severity: string; fields: object }[] =>
    out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { status, out, err, alerts };
}

const audit = bindingToClusterAdmin.fires;
const harmless = { ...audit, ...bindingToClusterAdmin.nearMiss.change, auditID: 'harmless' };
const rules = `- rule: Roles
  desc: d
  source: k8s_audit
  condition: ka.target.resource endswith bindings
  output: "%ka.user.name"
  priority: NOTICE
`;

test('runs our rules over lines of audit and node events mixed, and tells what it could not read', async () => {
  const lines = [audit, harmless, shellOnASocket.fires, { a: 1 }].map((event) => JSON.stringify(event));
  const drop = JSON.stringify({ 'evt.type': 'drop', 'drop.count': 7, 'drop.where': 'kernel', 'drop.reason': 'full' });
  const events = await file('mixed.ndjson', `${lines[0]}\n\nnot json\n${lines.slice(1).join('\n')}\n${drop}`);
  const { status, alerts, err } = await detect('--events', events);
  assert.equal(status, 0);
  assert.deepEqual(
    alerts().map(({ rule, severity }) => [rule, severity]),
    [
      ['Binding to cluster-admin', 'MEDIUM'],
      ['Shell on a socket', 'HIGH'],
    ],
  );
  assert.match(err, /mixed.ndjson:3: this is not JSON/);
  assert.match(err, /mixed.ndjson:6: this is neither an audit event .* nor a node event/);
  assert.match(err, /mixed.ndjson:7: the sensor lost 7 events here \(kernel: full\)/);
  assert.match(err, /3 could not be read or were lost/);
  assert.match(err, /read 3 events, 2 alerts/);
});

test('reads lists, arrays and texts over many lines', async () => {
  const path = await file('roles.yaml', rules);
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [audit, { kind: 'Event' }, harmless] };
  for (const [index, text] of [
    JSON.stringify(list),
    JSON.stringify(list, null, 2),
    JSON.stringify([audit, harmless]),
    JSON.stringify([audit, harmless], null, 2),
    `${JSON.stringify(list)}\n`,
  ].entries()) {
    const { alerts, status } = await detect('--rules', path, '--events', await file(`list-${index}.json`, text));
    assert.deepEqual(
      [status, alerts().length, alerts()[0]?.fields],
      [0, 2, { 'ka.user.name': 'alice' }],
      text.slice(0, 80),
    );
  }
});

test('reads what CloudWatch Logs hands on, side by side and packed as Firehose stores it', async () => {
  const path = await file('roles.yaml', rules);
  const record = (event: object): string =>
    JSON.stringify({
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: '/aws/eks/prod/cluster',
      logStream: 'kube-apiserver-audit-0a1b',
      logEvents: [{ id: '1', timestamp: 1, message: JSON.stringify(event) }],
    });
  const stored = join(folder, 'firehose.gz');
  await writeFile(
    stored,
    Buffer.concat([
      gzipSync(record(audit) + record(harmless)),
      gzipSync(`${record({ ...audit, auditID: 'third' })}rest`),
    ]),
  );
  const { alerts, err } = await detect('--rules', path, '--events', stored);
  assert.equal(alerts().length, 3);
  assert.match(err, /firehose.gz:1: this is not JSON[\s\S]*\n1 could not be read/);
});

test('what comes again is left out, by cluster, audit id and stage, and counted', async () => {
  const path = await file('roles.yaml', rules);
  const of = (cluster: string, event: object): string =>
    JSON.stringify({
      category: 'kube-audit',
      resourceId: `/SUBSCRIPTIONS/0A1B/RESOURCEGROUPS/SHOP/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/${cluster}`,
      properties: { log: JSON.stringify(event) },
    });
  const lines = [audit, audit, { ...audit, stage: 'Panic' }, harmless, audit].map((event) => JSON.stringify(event));
  const clouds = [of('PROD', audit), of('STAGING', audit), of('PROD', audit)];
  const { alerts, err } = await detect(
    '--rules',
    path,
    '--events',
    await file('again.ndjson', [...lines, ...clouds].join('\n')),
  );
  assert.equal(alerts().length, 5);
  assert.match(err, /read 5 events/);
  assert.match(err, /^3 audit events were left out: they had come before/m);
});

test('a mistake in a rule ends it with status 2 before an event is read', async () => {
  const bad = await file(
    'bad.yaml',
    `${rules}\n- rule: Bad\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: proc.nme = x\n`,
  );
  const { status, out, err } = await detect(
    '--rules',
    bad,
    '--events',
    await file('one.ndjson', JSON.stringify(audit)),
  );
  assert.equal(status, 2);
  assert.equal(out, '');
  assert.match(err, /bad.yaml:12:14: rule "Bad": .* ‘proc.nme’: did you mean proc.name/);
});

test('later rule files change earlier ones', async () => {
  const off = await file('off.yaml', '- rule: Roles\n  enabled: false\n');
  const args = [
    '--rules',
    await file('roles.yaml', rules),
    '--events',
    await file('one.ndjson', JSON.stringify(audit)),
  ];
  assert.equal((await detect(...args)).alerts().length, 1);
  assert.equal((await detect(...args, '--rules', off)).alerts().length, 0);
});

test('--rules takes a folder, for the rule files below it', async () => {
  const one = join(folder, 'all', 'deeper');
  await mkdir(one, { recursive: true });
  await writeFile(join(one, 'a.yaml'), rules);
  await writeFile(join(folder, 'all', 'b.yml'), rules.replace('Roles', 'Others'));
  await writeFile(join(folder, 'all', 'README.md'), 'no rules');
  const { out, status } = await detect('--list', '--rules', join(folder, 'all'));
  assert.equal(status, 0);
  assert.deepEqual(out.match(/Roles|Others/g), ['Others', 'Roles']);
  await mkdir(join(folder, 'empty'));
  assert.match(
    (await detect('--list', '--rules', join(folder, 'empty'))).err,
    /there is no rule file \(\.yml, \.yaml\)/,
  );
});

test('--source says what events are, and --list what rules there are and whether events can fulfil them', async () => {
  const events = await file('node.ndjson', JSON.stringify(shellOnASocket.fires));
  assert.match((await detect('--events', events, '--source', 'k8s_audit')).err, /auditID is missing/);
  const raw = await file('raw.yaml', rules.replace('k8s_audit', 'syscall').replace(/ka\.[^"\n]*/g, 'container.ip = a'));
  const { out, status } = await detect('--list', '--rules', raw);
  assert.equal(status, 0);
  assert.match(out, /syscall +LOW +on +not covered +Roles +needs container.ip/);
  assert.equal((await detect('--events', events, '--source', 'kafka')).status, 2);
  assert.equal((await detect()).status, 2);
  assert.equal((await detect('--events', join(folder, 'none'))).status, 2);
  assert.equal((await detect('--events', await file('none.ndjson', 'x\n'))).status, 2);
});

test('which rules a cloud does not cover is told, of its events and beforehand', async () => {
  const path = await file(
    'groups.yaml',
    `${rules}\n- rule: Masters\n  desc: d\n  source: k8s_audit\n  condition: ka.user.groups intersects (system:masters)\n  output: "%ka.user.name"\n  priority: NOTICE
- rule: Listed\n  desc: d\n  source: k8s_audit\n  condition: ka.verb in (get, list)\n  output: "%ka.user.name"\n  priority: NOTICE\n`,
  );
  const entry = (verb: string): string =>
    JSON.stringify({
      insertId: verb,
      timestamp: '2026-11-22T10:00:00Z',
      protoPayload: {
        serviceName: 'k8s.io',
        methodName: `io.k8s.authorization.rbac.v1.rolebindings.${verb}`,
        resourceName: 'rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings/b',
        authenticationInfo: { principalEmail: 'alice@example.com' },
      },
    });
  const writes = await detect('--rules', path, '--events', await file('gke.ndjson', entry('create')));
  assert.equal(writes.alerts().length, 1);
  assert.match(writes.err, /what came from gke did not have: groups, .*events of the verb list/);
  assert.match(
    writes.err,
    /not covered by it: Masters \(needs ka.user.groups\)\n {2}not covered by it: Listed \(needs ka.verb = get, ka.verb = list\)/,
  );
  const reads = await detect(
    '--rules',
    path,
    '--events',
    await file('reads.ndjson', `${entry('get')}\n${entry('list')}`),
  );
  assert.doesNotMatch(reads.err, /Listed/);
  assert.match(reads.err, /Masters/);
  const native = await detect('--rules', path, '--events', await file('native.ndjson', JSON.stringify(audit)));
  assert.doesNotMatch(native.err, /did not have/);
  const { out } = await detect('--list', '--source', 'gke', '--rules', path);
  assert.match(out, /not covered +Masters +needs ka.user.groups/);
  assert.match(out, / covered +Roles/);
});

test('alerts go to a file, in the words of others', async () => {
  const events = await file('one.json', JSON.stringify(audit));
  const place = join(folder, 'alerts.ndjson');
  const { status, out } = await detect('--events', events, '--format', 'ocsf', '--output', place);
  assert.deepEqual([status, out], [0, '']);
  const [first = ''] = (await readFile(place, 'utf8')).split('\n');
  assert.equal(JSON.parse(first).class_uid, 2004);
  assert.equal((await detect('--events', events, '--format', 'falcon')).status, 2);
  assert.equal((await detect('--events', events, '--output', join(folder, 'none', 'x'))).status, 3);
});

test('with --learn, unusual behaviour is told of', async () => {
  const lines = unusualDeployment.fires.map(([day, event]) => {
    const stageTimestamp = new Date(Date.UTC(2026, 0, 1) + day * 86_400_000).toISOString();
    return JSON.stringify({ ...audit, objectRef: {}, ...event, auditID: stageTimestamp, stageTimestamp });
  });
  const events = await file('history.json', lines.join('\n'));
  const told = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await detect('--events', events, ...args)).alerts().map(({ rule }) => rule);
  assert.ok((await told('--learn', '7')).includes(unusualDeployment.name));
  assert.ok(!(await told()).includes(unusualDeployment.name));
});

test('alerts of Falco pass through, in our words', async () => {
  const falco = { rule: 'r', priority: 'Critical', output: 'o', time: '2026-01-02T03:04:05.1Z', tags: ['T1611', 'x'] };
  const events = await file('falco.json', `${JSON.stringify(falco)}\n${JSON.stringify({ ...falco, time: 1 })}\n`);
  const { status, alerts, err } = await detect('--events', events);
  assert.equal(status, 0);
  assert.deepEqual(alerts(), [
    ...[
      {
        rule: 'r',
        severity: 'CRITICAL',
        techniques: ['T1611'],
        time: '2026-01-02T03:04:05.100Z',
        output: 'o',
        fields: {},
      },
    ],
  ]);
  assert.match(err, /falco\.json:2: time 1 is none/);
});
