import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openFalcoIntake } from '../../gateway/ingest/falco/intake.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import { chartManifests } from '../audit/histories.ts';
import { memoryLog, openHouse, serve } from './testbed.ts';

const closing = new AsyncDisposableStack();
after(() => closing.disposeAsync());
const folder = mkdtempSync(join(tmpdir(), 'portolan-falco-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const house = await openHouse(closing);
const prod = await chartManifests(
  house,
  'prod',
  `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: { nodeName: worker-1, containers: [{ name: main, image: example.com/web, securityContext: { privileged: true } }] }
`,
);
const tokens = join(folder, 'tokens.yaml');
const token = 'sender-of-prod-00';
const list = [
  { token, clusters: ['prod', 'planned'], ingest: true },
  { token: 'reader-of-all-000', clusters: '*' },
];
writeFileSync(tokens, JSON.stringify({ tokens: list }), { mode: 0o600 });
const { logger, lines } = memoryLog();
const falco = openFalcoIntake(house, logger);
const gateway = await serve(closing, house, { auth: { tokenFile: tokens }, falco, logger });

const shell = {
  hostname: 'worker-1',
  output: '12:00:00.000000000: Notice A shell was spawned in a container (user=root)',
  priority: 'Notice',
  rule: 'Terminal shell in container',
  source: 'syscall',
  tags: ['T1059', 'container', 'maturity_stable', 'mitre_execution', 'shell'],
  time: '2026-01-02T03:04:05.123456789Z',
  output_fields: {
    ...{ 'container.id': '0123456789ab', 'container.name': 'main', 'k8s.ns.name': 'shop', 'k8s.pod.name': 'web' },
    ...{ 'evt.time': 1767323045123456800, 'proc.tty': 34816, 'proc.pname': null, 'user.name': 'root' },
    'portolan.reach.clusterAdminCost': 0,
  },
};

async function send(payload: unknown, { authorization = `Bearer ${token}`, cluster = 'prod' } = {}) {
  const response = await gateway.inject({
    method: 'POST',
    url: `/falco/v1/clusters/${cluster}`,
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json', authorization },
  });
  return { status: response.statusCode, body: response.json() };
}

async function found() {
  const { items } = await house.alerts.find(wholeTenant(house.tenant), { page: { first: 10 } });
  return items.map(({ item }) => item);
}

test('an alert of Falco becomes one of ours, about the pod in the graph', async () => {
  assert.deepEqual(await send(shell), { status: 200, body: { taken: 1 } });
  const later = { ...shell, time: '2026-01-02T03:05:05Z' };
  const password = Buffer.from(`falco:${token}`).toString('base64');
  assert.equal((await send(later, { authorization: `Basic ${password}` })).status, 200, 'a token in the URL');
  const [alert, ...more] = await found();
  assert.deepEqual(more, []);
  assert.ok(alert);
  assert.deepEqual(
    [alert.rule, alert.severity, alert.techniques, alert.cluster, alert.namespace, alert.count],
    ['Terminal shell in container', 'LOW', ['T1059'], prod, 'shop', 2],
  );
  assert.equal(alert.lastSeen, '2026-01-02T03:05:05.000Z');
  const nodes = await house.store.nodes(wholeTenant(house.tenant), alert.subjects);
  assert.deepEqual(
    nodes.map((node) => node?.ref),
    ['Pod/shop/web', 'Container/shop/web/main', 'Node/worker-1'],
  );
  assert.equal(alert.fields['user.name'], 'root');
  assert.equal(alert.fields['portolan.reach.from'], 'Pod/shop/web');
  assert.notEqual(alert.fields['portolan.reach.clusterAdminCost'], 0, 'what the graph knows is for us to say');
});

test('an alert about an audit event is about its object and who acted', async () => {
  const fields = {
    ...{ 'ka.target.resource': 'pods', 'ka.target.namespace': 'shop', 'ka.target.name': 'web' },
    'ka.user.name': 'system:serviceaccount:shop:default',
  };
  const audit = { ...shell, rule: 'Attach/Exec Pod', source: 'k8s_audit', priority: 'INFO', output_fields: fields };
  assert.equal((await send(audit)).status, 200);
  const alert = (await found()).find(({ rule }) => rule === audit.rule);
  assert.equal(alert?.severity, 'INFORMATIONAL');
  const nodes = await house.store.nodes(wholeTenant(house.tenant), alert?.subjects ?? []);
  assert.equal(nodes[0]?.ref, 'Pod/shop/web');
});

test('what is no alert is refused, and so is who may not send', async () => {
  for (const [change, message] of [
    [{ priority: 'Loud' }, /priority/],
    [{ time: 'yesterday' }, /time/],
    [{ output_fields: [] }, /output_fields/],
    [{ tags: 'T1059' }, /tags/],
    [{ rule: '' }, /rule/],
  ] as const) {
    const { status, body } = await send({ ...shell, ...change });
    assert.equal(status, 400);
    assert.match(JSON.stringify(body), message);
  }
  assert.equal((await send([shell])).status, 400);
  assert.ok(lines.some((line) => line.includes('an alert of Falco is refused')));
  assert.equal((await send(shell, { authorization: '' })).status, 401);
  assert.equal((await send(shell, { authorization: 'Basic Zm9v' })).status, 401);
  assert.equal((await send(shell, { authorization: 'Bearer reader-of-all-000' })).status, 403);
  assert.equal((await send(shell, { cluster: 'staging' })).status, 403);
  assert.equal((await send(shell, { cluster: 'planned' })).status, 503);
  assert.equal((await send({ ...shell, output: 'x'.repeat(1 << 20) })).status, 413);
});
