import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { identifyCluster } from '../../collectors/kubernetes/live/identify.ts';
import { watchCluster, watchedKinds } from '../../collectors/kubernetes/live/watch-cluster.ts';
import { chart } from '../../gateway/fleet/chart.ts';
import { pump } from '../../gateway/fleet/pump.ts';
import { edges as definitions } from '../../graph/edges/index.ts';
import type { GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { clusterId } from '../../graph/model/id.ts';
import { ephemeralStore } from '../../graph/store/ephemeral.ts';
import { PartitionWriter } from '../../graph/writer/writer.ts';
import { portolan } from '../e2e/portolan.ts';
import { type KubernetesTestbed, kubernetesMissing, startKubernetes } from '../testbed/kubernetes.ts';

const skip = await kubernetesMissing();
const marks = ['marked-value', 'marked-env', 'marked-argument', 'marked-annotation', 'marked-config'];

interface Charted {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: ReadonlyMap<string, GraphEdge>;
}

/** Charts a live cluster once. */
async function chartLive(kubeconfig: string): Promise<Charted> {
  const cluster = await identifyCluster({ kubeconfig });
  const partition = { tenant: 'default', cluster: clusterId(cluster.key) };
  const store = ephemeralStore();
  const lease = { partition, holder: 'test', token: 1 };
  const writer = await PartitionWriter.open({ store, lease, clusterName: cluster.name, definitions });
  const stop = new AbortController();
  const settled = new Set<string>();
  await pump(
    watchCluster({ kubeconfig, cluster }, stop.signal),
    writer,
    ({ type, extent }) => {
      if (type === 'complete' || type === 'unreadable') settled.add(extent.kind);
      if (settled.size === watchedKinds.length) stop.abort();
    },
    () => undefined,
  );
  return store.contents(partition.cluster);
}

async function chartDump(folder: string): Promise<Charted> {
  const { nodes, edges } = await chart([folder]);
  return { nodes, edges: new Map(edges.map((edge) => [edge.id, edge])) };
}

/** What two charts must share: all but when gaps began, and how the cluster was observed. */
function comparable({ nodes, edges }: Charted): readonly unknown[] {
  const plain = Array.from(nodes.values(), (node) => {
    const { since: _, observed: __, ...properties } = node.properties as Readonly<Record<string, unknown>>;
    return { ...node, properties };
  });
  const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
  return [plain.sort(byId), [...edges.values()].sort(byId)];
}

function manifests(namespace: string): string {
  const annotations = { 'example.com/note': 'marked-annotation', 'kubernetes.io/service-account.name': 'builder' };
  const labels = { app: 'web' };
  const template = {
    metadata: { labels },
    spec: {
      serviceAccountName: 'builder',
      containers: [
        {
          name: 'main',
          image: 'web:1',
          args: ['--password=marked-argument'],
          env: [
            { name: 'A', value: 'marked-env' },
            { name: 'B', valueFrom: { secretKeyRef: { name: 'password', key: 'p' } } },
          ],
          ports: [{ containerPort: 80 }],
          securityContext: { privileged: true },
          volumeMounts: [{ name: 'host', mountPath: '/host' }],
        },
      ],
      volumes: [
        { name: 'host', hostPath: { path: '/var' } },
        { name: 'config', configMap: { name: 'config' } },
      ],
    },
  };
  const of = (apiVersion: string, kind: string, name: string, rest: object = {}): object => ({
    apiVersion,
    kind,
    metadata: { name, namespace, annotations, labels },
    ...rest,
  });
  const rbac = 'rbac.authorization.k8s.io';
  const subjects = [{ kind: 'ServiceAccount', name: 'builder', namespace }];
  const items = [
    { apiVersion: 'v1', kind: 'Node', metadata: { name: `${namespace}-node` } },
    of('v1', 'ServiceAccount', 'builder'),
    of('v1', 'Secret', 'password', { stringData: { p: 'marked-value' } }),
    of('v1', 'Secret', 'builder-token-abcde', {
      type: 'kubernetes.io/service-account-token',
      stringData: { token: 'marked-value' },
    }),
    of('v1', 'ConfigMap', 'config', { data: { c: 'marked-config' } }),
    of('v1', 'Pod', 'web', { spec: { ...template.spec, nodeName: `${namespace}-node` } }),
    // A workload without pods: a live cluster says that it has none.
    of('apps/v1', 'Deployment', 'idle', { spec: { selector: { matchLabels: labels }, template } }),
    of('v1', 'Service', 'web', { spec: { selector: labels, ports: [{ port: 80 }] } }),
    of(`${rbac}/v1`, 'Role', 'reader', {
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
    }),
    of(`${rbac}/v1`, 'RoleBinding', 'reader', { roleRef: { apiGroup: rbac, kind: 'Role', name: 'reader' }, subjects }),
    of(`${rbac}/v1`, 'ClusterRoleBinding', `${namespace}-edit`, {
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'edit' },
      subjects,
    }),
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

describe('a saved cluster', { skip, timeout: 200_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-saved-'));
  let kubernetes: KubernetesTestbed;
  before(async () => {
    // Nobody but us changes anything here, so that what is live is what was saved.
    kubernetes = await startKubernetes();
    const namespace = await kubernetes.createNamespace('saved');
    await kubernetes.kubectl(['apply', '-f', '-'], manifests(namespace));
  });
  after(async () => {
    await kubernetes?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('charts as the live one, node for node and edge for edge', async () => {
    const dump = join(folder, 'whole');
    const { status, err } = await portolan(['dump', dump, '--kubeconfig', kubernetes.kubeconfig], folder);
    assert.equal(status, 0, err);
    assert.match(err, /saving testbed \(v1\.\d+.*\n {2}saving testbed: read .*1 Pod.* in /);
    const live = await chartLive(kubernetes.kubeconfig);
    const kinds = new Set(Array.from(live.edges.values(), ({ kind }) => kind));
    for (const kind of ['CE_PRIV_MOUNT', 'SECRET_READ', 'MOUNTS_SECRET', 'POD_CREATE'])
      assert.ok(kinds.has(kind), kind);
    assert.deepEqual(comparable(await chartDump(dump)), comparable(live));
  });

  test('is readable to its owner only, and holds no value that is none of our business', () => {
    const dump = join(folder, 'whole');
    assert.equal(statSync(dump).mode & 0o777, 0o700);
    const files = readdirSync(dump);
    assert.ok(files.includes('cluster.json') && files.includes('pods.ndjson') && files.includes('secrets.ndjson'));
    for (const file of files) {
      const path = join(dump, file);
      assert.equal(statSync(path).mode & 0o777, 0o600, file);
      const text = readFileSync(path, 'utf8');
      for (const mark of marks) {
        for (const form of [mark, Buffer.from(mark).toString('base64')])
          assert.ok(!text.includes(form), `${file}: ${mark}`);
      }
    }
    const secrets = readFileSync(join(dump, 'secrets.ndjson'), 'utf8');
    assert.match(secrets, /builder-token-abcde.*service-account\.name":"builder"/);
  });

  test('does not mix with what is there, unless told to take its place', async () => {
    const dump = join(folder, 'whole');
    const args = ['dump', dump, '--kubeconfig', kubernetes.kubeconfig];
    const refused = await portolan(args, folder);
    assert.equal(refused.status, 2);
    assert.match(refused.err, /whole is not empty: .*--force/);
    chmodSync(join(dump, 'pods.ndjson'), 0o644);
    assert.equal((await portolan([...args, '--force'], folder)).status, 0);
    assert.equal(statSync(join(dump, 'pods.ndjson')).mode & 0o777, 0o600);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const nowhere = await portolan(['dump', file, '--kubeconfig', kubernetes.kubeconfig], folder);
    assert.equal(nowhere.status, 2);
    assert.match(nowhere.err, /file cannot be made/);
  });

  test('lacks what could not be read, and says so when charted, as the live one does', async () => {
    await kubernetes.kubectl([
      'create',
      'clusterrole',
      'dump-view',
      '--verb=get,list,watch',
      '--resource=pods,namespaces',
    ]);
    await kubernetes.kubectl(['create', 'clusterrolebinding', 'dump-view', '--clusterrole=dump-view', '--user=viewer']);
    const kubeconfig = kubernetes.kubeconfigFor({ user: 'viewer' });
    const dump = join(folder, 'partial');
    const { status, err } = await portolan(['dump', dump, '--kubeconfig', kubeconfig], folder);
    assert.equal(status, 3, err);
    assert.match(err, /testbed: Secret: secrets is forbidden: .*grant the verbs list and watch on secrets/);
    const charted = await chartDump(dump);
    const gaps = Array.from(charted.nodes.values())
      .filter(({ kind }) => kind === 'CoverageGap')
      .map(({ properties }) => (properties as { readonly subject?: unknown }).subject);
    assert.ok(gaps.includes('kind Secret') && !gaps.includes('kind Pod'));
    assert.ok(!gaps.includes('kind HTTPRoute'), 'what is not served is not missing, though it is forbidden, too');
    assert.deepEqual(comparable(charted), comparable(await chartLive(kubeconfig)));
  });

  test('of several, each has a folder, and they chart as a fleet', async () => {
    const dumps = join(folder, 'fleet');
    mkdirSync(dumps);
    const { clusters, users } = JSON.parse(readFileSync(kubernetes.kubeconfig, 'utf8'));
    const kubeconfig = join(folder, 'kubeconfig');
    const dead = { name: 'dead', cluster: { server: 'https://127.0.0.1:1' } };
    const contexts = ['testbed', 'dead'].map((name) => ({ name, context: { cluster: name, user: 'testbed' } }));
    writeFileSync(kubeconfig, JSON.stringify({ clusters: [...clusters, dead], users, contexts }));
    const { status, err } = await portolan(['dump', dumps, '--kubeconfig', kubeconfig, '--all-contexts'], folder);
    assert.equal(status, 3);
    assert.match(err, /the cluster of dead does not answer: .*; it is left out/);
    assert.deepEqual(readdirSync(dumps), ['testbed']);
    const charted = await chart([dumps]);
    assert.deepEqual(
      charted.clusters.map(({ name }) => name),
      ['testbed'],
    );
    assert.deepEqual(comparable(await chartDump(dumps)), comparable(await chartLive(kubernetes.kubeconfig)));
  });
});
