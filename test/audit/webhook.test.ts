import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Running, up } from '../e2e/portolan.ts';
import { subscribe } from '../gateway/subscribe.ts';
import { browserMissing, startBrowser } from '../testbed/browser.ts';
import { type KubernetesTestbed, kubernetesMissing, startKubernetes } from '../testbed/kubernetes.ts';
import { freePort } from '../testbed/process.ts';

const skip = await kubernetesMissing();
const folder = mkdtempSync(join(tmpdir(), 'portolan-audit-'));
let kubernetes: KubernetesTestbed | undefined;
let running: Running | undefined;

before(async () => {
  if (skip !== false) return;
  const port = await freePort();
  const auditWebhookUrl = `http://127.0.0.1:${port}/audit/v1/clusters/testbed`;
  kubernetes = await startKubernetes({ auditWebhookUrl });
  running = await up(['--kubeconfig', kubernetes.kubeconfig, '--port', String(port)], folder);
});
after(async () => {
  await running?.stop();
  await kubernetes?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const manifest = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: deployer, namespace: shop }
---
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  nodeName: worker-1
  serviceAccountName: deployer
  containers:
    - name: main
      image: example.com/web
      volumeMounts: [{ name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount }]
  volumes: [{ name: token, projected: { sources: [{ serviceAccountToken: { path: token } }] } }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: debugger, namespace: shop }
rules:
  - { apiGroups: [""], resources: [pods], verbs: [get] }
  - { apiGroups: [""], resources: [pods/exec], verbs: [get, create] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: debuggers, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: debugger }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: alice }]
`;

interface Alert {
  readonly rule: string;
  readonly severity: string;
  readonly count: number;
  readonly namespace: string | null;
  readonly cluster: { readonly name: string } | null;
  readonly subjects: readonly { readonly id: string; readonly name: string }[];
  readonly attackPaths: {
    readonly paths: readonly { readonly hops: readonly { readonly edge: { readonly name: string } }[] }[];
  } | null;
  readonly fields: readonly { readonly name: string; readonly value: string | null }[];
}

const alerts = `{ alerts { nodes { rule severity count namespace cluster { name } subjects { id ... on Pod { name } ... on User { name } ... on Binding { name } } fields { name value } attackPaths { paths { hops { edge { name } } } } } } }`;

async function alertOf(rule: string): Promise<Alert> {
  const seen: string[] = [];
  for (const limit = Date.now() + 20_000; Date.now() < limit; await sleep(100)) {
    const { nodes } = (await (running as Running).query<{ alerts: { nodes: readonly Alert[] } }>(alerts)).alerts;
    const found = nodes.find((alert) => alert.rule === rule);
    if (found) return found;
    seen.splice(0, seen.length, ...nodes.map((alert) => alert.rule));
  }
  throw new Error(
    `no alert of ${rule}, but ${seen.join(', ') || 'none'}\n${running?.output().err.replace(/.*"\/graphql".*\n/g, '')}`,
  );
}

test('a real binding to cluster-admin and a real kubectl exec are alerts on the attack path that they lie on', {
  skip,
  timeout: 120_000,
}, async () => {
  assert.ok(kubernetes && running);
  await kubernetes.kubectl(['create', 'namespace', 'shop']);
  await kubernetes.kubectl(['create', '-f', '-'], manifest);
  const status = {
    phase: 'Running',
    podIP: '10.1.0.5',
    containerStatuses: [
      { name: 'main', image: 'x', imageID: 'x', ready: true, restartCount: 0, state: { running: {} } },
    ],
  };
  const contentType = 'application/merge-patch+json';
  const patched = await kubernetes.request(
    'PATCH',
    '/api/v1/namespaces/shop/pods/web/status',
    { status },
    { contentType },
  );
  assert.equal(patched.status, 200);

  // Nobody answers at this address of a kubelet, and nobody needs to: the API server has let the caller in before it asks.
  const kubelet = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: 1 } },
  };
  const node = await kubernetes.request('PATCH', '/api/v1/nodes/worker-1/status', { status: kubelet }, { contentType });
  assert.equal(node.status, 200);

  const rules = ['Binding to cluster-admin', 'Command in a pod that leads to cluster-admin', 'Exec into a pod'];
  const query =
    'subscription($rules: [String!]) { alertRaised(filter: { rules: $rules }) { change alert { rule severity } } }';
  const subscribed = await subscribe(running.url, { query, variables: { rules } });
  await sleep(1_000); // a subscription that has no cursor begins at some time after it was asked for

  await kubernetes.kubectl([
    'create',
    'clusterrolebinding',
    'deployers',
    '--clusterrole=cluster-admin',
    '--serviceaccount=shop:deployer',
  ]);
  const binding = await alertOf('Binding to cluster-admin');
  assert.equal(binding.cluster?.name, 'testbed');
  assert.equal(binding.namespace, null);

  const alice = kubernetes.kubeconfigFor({ user: 'alice' });
  await kubernetes.kubectl(['--kubeconfig', alice, '-n', 'shop', 'exec', 'web', '--', 'id']).catch(() => undefined);

  const leads = await alertOf('Command in a pod that leads to cluster-admin');
  assert.equal(leads.severity, 'HIGH');
  const entered = await alertOf('Exec into a pod');
  assert.deepEqual([entered.severity, entered.count, entered.namespace], ['LOW', 1, 'shop']);
  assert.deepEqual(entered.subjects.map(({ name }) => name).sort(), ['alice', 'web']);
  const field = (name: string): string | null | undefined => entered.fields.find((each) => each.name === name)?.value;
  assert.match(
    field('portolan.reach.path') ?? '',
    /^Pod\/shop\/web > .*ServiceAccount\/shop\/deployer > .*Cluster\/testbed$/,
  );

  const onward = entered.attackPaths?.paths[0]?.hops.map(({ edge }) => edge.name);
  assert.equal(onward?.at(-1), 'CLUSTER_ADMIN_WILDCARD');
  assert.equal(onward?.join(' '), field('portolan.reach.techniques'));

  const events = await subscribed.until(3);
  assert.deepEqual(events.map(({ data }) => data.alertRaised.alert.rule).sort(), rules);
  await subscribed.stop();

  const paths = `{ attackPaths(from: { kind: USER, filter: { name: { in: ["alice"] } } }, to: { set: CLUSTER_ADMIN }, first: 1) {
    paths { hops { edge { name provedBy { rule } } } } } }`;
  const { attackPaths } = await running.query<{
    attackPaths: { paths: [{ hops: readonly { edge: { name: string; provedBy: readonly { rule: string }[] } }[] }] };
  }>(paths);
  const exec = attackPaths.paths[0].hops.find(({ edge }) => edge.name === 'POD_EXEC');
  assert.deepEqual(exec?.edge.provedBy.map(({ rule }) => rule).sort(), [
    'Command in a pod that leads to cluster-admin',
    'Exec into a pod',
  ]);
});

const noBrowser = await browserMissing();

test('an analyst who runs the subscription in GraphiQL sees the exec arrive, with the attack path that it lies on', {
  skip: skip || noBrowser,
  timeout: 90_000,
}, async () => {
  assert.ok(kubernetes && running);
  await using browser = await startBrowser();
  // Tall: the editor shows the lines that fit.
  const page = await browser.newPage({ viewport: { width: 1400, height: 2400 } });
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(String(error)));
  await page.goto(`${running.url}/ide`);
  await page.getByRole('tab', { name: 'Alerts' }).click();
  await page.getByRole('button', { name: 'Execute query' }).click();
  await page.getByRole('button', { name: 'Stop query' }).waitFor();
  await sleep(1_000); // a subscription that has no cursor begins at some time after it was asked for

  const bob = kubernetes.kubeconfigFor({ user: 'bob', groups: ['system:masters'] });
  await kubernetes.kubectl(['--kubeconfig', bob, '-n', 'shop', 'exec', 'web', '--', 'id']).catch(() => undefined);

  const shown = page.locator('.graphiql-response');
  await shown
    .filter({ hasText: 'Exec into a pod' })
    .or(shown.filter({ hasText: 'Command in a pod that' }))
    .waitFor();
  // As the editor shows it: long lines are broken, spaces are hard.
  const text = (await shown.innerText()).replaceAll('\n', '').replaceAll('\u00a0', ' ');
  const { alert } = JSON.parse(text).data.alertRaised;
  assert.match(alert.output, /bob/);
  const [path] = alert.attackPaths.paths;
  assert.equal(path.hops[0].from.ref, 'Pod/shop/web');
  assert.deepEqual(
    [path.hops.at(-1).edge.name, path.hops.at(-1).to.ref],
    ['CLUSTER_ADMIN_WILDCARD', 'Cluster/testbed'],
  );
  assert.deepEqual(trouble, []);
});
