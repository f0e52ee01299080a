import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launcher, portolan, up } from './portolan.ts';

const examples = join(import.meta.dirname, '../../examples');
const folder = mkdtempSync(join(tmpdir(), 'portolan-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const intrusion = join(examples, 'audit.log');
const intrusionRules = [
  'Exec into a pod',
  'Rights looked up by a service account',
  'Secret refused to a service account',
  'Token requested for a service account',
  'Secrets of every namespace listed',
  'Binding to cluster-admin',
  'Kubernetes events deleted',
];

interface Hop {
  readonly from: { readonly name: string };
  readonly to: { readonly name: string };
  readonly edge: { readonly name: string; readonly evidence: { readonly alternatives: unknown[][] } | null };
}

test('up without a cluster charts the examples, shows paths, serves them, and remembers them', async () => {
  const running = await up([], folder);
  try {
    const { out, err } = running.output();
    assert.match(err, /no cluster is configured.*examples/s);
    assert.match(out, /cheapest paths from the Internet to cluster-admin/);
    assert.match(out, /CE_PRIV_MOUNT +T1611 +→ +build:Node\/builder-1/);
    assert.match(out, /To chart a cluster of yours: set KUBECONFIG/);
    const { attackPaths } = await running.query<{ attackPaths: { paths: { cost: number; hops: Hop[] }[] } }>(`{
      attackPaths(from: { set: INTERNET }, to: { set: CLUSTER_ADMIN }, first: 1) {
        paths { cost hops { from { name } to { name } edge { name evidence { alternatives { object field } } } } }
      }
    }`);
    const [path] = attackPaths.paths;
    assert.equal(path?.cost, 6);
    assert.deepEqual(
      path?.hops.map(({ edge }) => edge.name),
      [
        'EXPOSE_LOAD_BALANCER',
        'SERVICE_ENDPOINT',
        'IDENTITY_ASSUME',
        'PERMISSION_DISCOVER',
        'TOKEN_REQUEST',
        'PERMISSION_DISCOVER',
        'CLUSTER_ADMIN_WILDCARD',
      ],
    );
    for (const { edge } of path?.hops ?? []) assert.ok((edge.evidence?.alternatives.length ?? 0) > 0, edge.name);
    const sent = await fetch(`${running.url}/audit/v1/clusters/shop`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: readFileSync(intrusion),
    });
    assert.partialDeepStrictEqual(await sent.json(), { taken: 8, malformed: 0 });
    const { alerts } = await running.query<{ alerts: { nodes: { rule: string }[] } }>('{ alerts { nodes { rule } } }');
    const raised = new Set(alerts.nodes.map(({ rule }) => rule));
    const joined = ['Command in a pod that leads to cluster-admin', 'Rights looked up, then used'];
    assert.deepEqual(raised, new Set([...intrusionRules, ...joined]));
  } finally {
    assert.equal(await running.stop(), 0, 'SIGTERM ends it cleanly');
  }
  assert.ok(existsSync(join(folder, 'portolan.db')));
  const { out, status } = await portolan(['paths', '--first', '1'], folder);
  assert.equal(status, 0);
  assert.match(out, /shop:Service\/platform\/backup/, 'paths without a dump reads the store');
});

test('detect tells what stands in the example of an audit log', async () => {
  const { out, status } = await portolan(['detect', '--events', intrusion], folder);
  assert.equal(status, 0);
  const alerts = out.trimEnd().split('\n');
  assert.deepEqual(
    alerts.map((line) => (JSON.parse(line) as { rule: string }).rule),
    intrusionRules,
  );
});

test('chart lists edges as ndjson, end to end and with evidence', async () => {
  const { out, status } = await portolan(['chart', examples, '--format', 'ndjson'], folder);
  assert.equal(status, 0);
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { node?: { kind: string; name: string }; edge?: Record<string, unknown> });
  assert.ok(lines.some(({ node }) => node?.name === 'shop:Pod/platform/backup-0'));
  assert.ok(lines.every(({ node }) => node?.kind !== 'TargetSet'));
  const edge = lines.find(
    (line) =>
      line.edge?.name === 'TOKEN_REQUEST' &&
      line.edge?.from === 'shop:PermissionSet/platform/backup' &&
      line.edge?.to === 'shop:ServiceAccount/platform/operator',
  )?.edge;
  assert.deepEqual(edge, {
    name: 'TOKEN_REQUEST',
    class: 'technique',
    from: 'shop:PermissionSet/platform/backup',
    to: 'shop:ServiceAccount/platform/operator',
    technique: 'T1528',
    difficulty: 1,
    evidence: [
      [
        { object: 'Binding/platform/backup', field: 'roleRef' },
        { object: 'Role/platform/backup', field: 'rules[0]' },
      ],
    ],
  });
});

test('a broken document is named by file and line, and the rest is charted', async () => {
  const file = join(folder, 'mixed.yaml');
  writeFileSync(
    file,
    'apiVersion: v1\nkind: Pod\nmetadata: { name: good }\nspec: { containers: [{ name: main }] }\n---\nkind: [broken\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: fine }\nspec: { containers: [{ name: main }] }\n',
  );
  const { out, err, status } = await portolan(['chart', file], folder);
  assert.equal(status, 0);
  assert.match(err, /mixed\.yaml:[678]: /);
  assert.match(out, /Pod\/default\/good/);
  assert.match(out, /Pod\/default\/fine/);
});

test('exit status: 1 for findings under --fail-on, 2 for bad usage or input, 3 for what is outside', async () => {
  assert.equal((await portolan(['paths', examples, '--fail-on', '6'], folder)).status, 1);
  assert.equal((await portolan(['paths', examples, '--fail-on', '5'], folder)).status, 0);
  for (const args of [
    ['chrt'],
    ['chart'],
    ['chart', '--nonsense', examples],
    ['paths', '/nowhere'],
    ['chart', examples, '--format', 'png'],
  ]) {
    const { status, err, out } = await portolan(args, folder);
    assert.equal(status, 2, args.join(' '));
    assert.equal(out, '', 'results only on standard output');
    assert.match(err, /^portolan/);
    assert.doesNotMatch(err, /\n {4}at /, 'no stack');
  }
  assert.equal((await portolan(['chart', '-'], folder, '{"kind":')).status, 2, 'nothing of the input could be read');
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    'apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]\n',
  );
  const outside = await portolan(['up', '--port', '0', '--kubeconfig', kubeconfig, '--log-level', 'error'], folder);
  assert.equal(outside.status, 3);
  assert.match(outside.err, /does not answer/);
});

test('chart of a large dump can be interrupted', async () => {
  const file = join(folder, 'large.yaml');
  const one = (index: number): string =>
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: p${index}\nspec:\n  containers:\n  - name: main\n    image: web\n`;
  writeFileSync(file, Array.from({ length: 60_000 }, (_, index) => one(index)).join('---\n'));
  const child = spawn(launcher, ['chart', file], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  await once(child.stderr, 'data'); // it says how far it has read
  child.kill('SIGINT');
  const stopped = Date.now();
  assert.deepEqual(await exited, [130, null]);
  assert.ok(Date.now() - stopped < 2_000);
});

test('up refuses to listen beyond loopback without authentication', async () => {
  const { status, err } = await portolan(['up', '--host', '0.0.0.0', '--port', '0'], folder);
  assert.equal(status, 2);
  assert.match(err, /authentication/);
  assert.doesNotMatch(err, /charted/, 'nor charts anything first');
});

test('forget drops one cluster and keeps the other', async () => {
  const { err, status } = await portolan(['forget', 'shop'], folder);
  assert.equal(status, 0, err);
  const { out } = await portolan(['paths'], folder);
  assert.doesNotMatch(out, /backup/);
  assert.match(out, /Cluster\/build/);
  assert.equal((await portolan(['forget', 'shop'], folder)).status, 2);
});
