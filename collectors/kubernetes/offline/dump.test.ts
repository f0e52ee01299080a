import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { NodeFact, ObservedRecord } from '../../../graph/model/observation.ts';
import { objectKinds } from '../kinds/index.ts';
import { type DumpOptions, openDumps } from './dump.ts';
import { DumpError } from './files.ts';
import { type DumpIdentity, identityFile, identityText } from './identity.ts';

const fixtures = join(import.meta.dirname, '../../../test/fixtures/dumps');

interface Read {
  readonly cluster: { readonly key: string; readonly name: string };
  readonly skipped: ReadonlyMap<string, number>;
  readonly records: readonly ObservedRecord[];
  readonly nodes: ReadonlyMap<string, NodeFact>;
  readonly arrows: readonly string[];
  /** Each as `place: message`, with places relative to the fixtures. */
  readonly problems: readonly string[];
  readonly order: readonly string[];
}

async function read(paths: string | readonly string[], options: DumpOptions = {}): Promise<readonly Read[]> {
  const all: Read[] = [];
  for await (const { cluster, skipped, observations } of openDumps([paths].flat(), options)) {
    const records: ObservedRecord[] = [];
    const problems: string[] = [];
    const order: string[] = [];
    for (const observation of observations) {
      if (observation.type === 'records') records.push(...observation.records);
      if (observation.type === 'problem')
        problems.push(`${relative(fixtures, observation.place)}: ${observation.message}`);
      else order.push(`${observation.type} ${observation.extent.kind}`);
    }
    const nodes = records.flatMap((record) => record.nodes);
    const arrows = records.flatMap((record) =>
      record.relationships.map(({ from, kind, to }) => `${from} ${kind} ${to}`),
    );
    const byName = new Map(
      nodes.map((node) => [[node.kind, node.namespace, node.name].filter(Boolean).join('/'), node]),
    );
    all.push({ cluster, skipped, records, nodes: byName, arrows, problems, order });
  }
  return all;
}

async function one(paths: string | readonly string[], options: DumpOptions = {}): Promise<Read> {
  const all = await read(paths, options);
  assert.equal(all.length, 1);
  return all[0] as Read;
}

/** Charts one cluster from the text of standard input. */
function text(input: string): Promise<Read> {
  const stdin = (async function* () {
    const bytes = Buffer.from(input);
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  })();
  return one('-', { stdin });
}

async function folder(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'portolan-'));
  t.after(() => rm(path, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

const namespace = (name: string): string => `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}`;
const worker = '{apiVersion: v1, kind: Node, metadata: {name: worker}}';

describe('plain manifests', () => {
  test('are charted with what a cluster would add: pods, endpoints, accounts, namespaces, cluster-admin', async () => {
    const { cluster, nodes, arrows, problems, skipped } = await one(join(fixtures, 'manifests'));
    assert.deepEqual(cluster, { key: 'manifests', name: 'manifests' });
    assert.deepEqual(problems, []);
    assert.deepEqual([...skipped], [['Certificate.cert-manager.io', 1]]);
    assert.deepEqual([...nodes.keys()].sort(), [
      'Binding/web-admin',
      'Cluster/manifests',
      'Container/default/debug/sh',
      'Container/shop/web/nginx',
      'Namespace/default',
      'Namespace/shop',
      'Pod/default/debug',
      'Pod/shop/web',
      'Role/cluster-admin',
      'Service/shop/web',
      'ServiceAccount/default/default',
      'ServiceAccount/shop/default',
      'ServiceAccount/shop/web',
      'Workload/shop/Deployment/web',
    ]);
    assert.equal((nodes.get('Container/shop/web/nginx') as NodeFact<'Container'>).properties.privileged, true);
    assert.equal((nodes.get('Pod/shop/web') as NodeFact<'Pod'>).properties.owner, 'Deployment/web');
    assert.ok(arrows.includes('Service/shop/web SELECTS Pod/shop/web'));
    assert.ok(arrows.includes('Pod/shop/web RUNS_AS ServiceAccount/shop/web'));
  });

  test('gather the rules of aggregated ClusterRoles, transitively, those that people get by label among them', async () => {
    const role = (name: string, resource: string | null, extra: string): string =>
      `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, ${extra.replace('NAME', name)}, rules: [${
        resource === null ? '' : `{verbs: [get], apiGroups: [''], resources: [${resource}]}`
      }]}`;
    const gathers = (label: string, own = ''): string =>
      `metadata: {name: NAME, labels: {${own}}}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {${label}}}]}`;
    const { nodes, problems } = await text(
      [
        role('top', null, gathers('to: top')),
        role('middle', null, gathers('to: middle', 'to: top')),
        role('cycle', null, gathers('to: top', 'to: top')),
        role('leaf', 'pods', 'metadata: {name: NAME, labels: {to: middle}}'),
        role('other', 'secrets', 'metadata: {name: NAME, labels: {to: elsewhere}}'),
        role('live', null, gathers('to: middle', '').replace('{name', '{uid: u1, name')),
        role(
          'more',
          'moorings',
          'metadata: {name: NAME, labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}}',
        ),
        '{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: edit}, subjects: []}',
      ].join('\n---\n'),
    );
    const resources = (name: string): readonly string[] =>
      ((nodes.get(`Role/${name}`) as NodeFact<'Role'>).properties.rules ?? []).flatMap((rule) => rule.resources);
    assert.deepEqual(problems, []);
    for (const name of ['top', 'middle', 'cycle']) assert.deepEqual(resources(name), ['pods'], name);
    assert.deepEqual(resources('live'), [], 'what an API server has seen has been filled in');
    assert.ok(resources('edit').includes('moorings'));
  });

  const workload = (kind: string, extra = ''): string =>
    `apiVersion: ${/Job/.test(kind) ? 'batch' : 'apps'}/v1\nkind: ${kind}\nmetadata: {name: w${extra}}\nspec:\n` +
    (kind === 'CronJob'
      ? '  jobTemplate: {spec: {template: {spec: {containers: [{name: c}]}}}}'
      : '  template: {spec: {containers: [{name: c}]}}');

  test('of every kind of workload run a pod', async () => {
    for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob']) {
      const { nodes } = await text(workload(kind));
      assert.ok(nodes.has('Container/default/w/c'), kind);
    }
    const { nodes } = await text(
      '{apiVersion: v1, kind: ReplicationController, metadata: {name: w}, spec: {template: {spec: {containers: [{name: c}]}}}}',
    );
    assert.ok(nodes.has('Container/default/w/c'));
  });

  test('of two workloads of one name run two', async () => {
    const { nodes } = await text(`${workload('Deployment')}\n---\n${workload('StatefulSet')}`);
    assert.ok(nodes.has('Pod/default/w') && nodes.has('Pod/default/w-statefulset'));
  });

  test('run none where the input has one, or the workload wants none', async () => {
    const pod = (owner: string, name: string): string =>
      `{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {pod-template-hash: 7d4f}, ownerReferences: [{kind: ${owner}, name: ${name}, controller: true}]}}`;
    for (const [manifest, owner] of [
      [workload('Deployment'), pod('ReplicaSet', 'w-7d4f')],
      [workload('StatefulSet'), pod('StatefulSet', 'w')],
      [workload('CronJob'), pod('Job', 'w-29384756')],
      [workload('ReplicaSet', ', ownerReferences: [{kind: Deployment, name: d, controller: true}]'), ''],
      [workload('Deployment').replace('spec:', 'spec:\n  replicas: 0'), ''],
      [`${workload('Job')}\nstatus: {completionTime: "2026-01-01T00:00:00Z"}`, ''],
    ] as const) {
      const { nodes } = await text(`${manifest}\n---\n${owner}\n`);
      assert.ok(!nodes.has('Pod/default/w'), manifest);
    }
  });

  test('with a malformed pod template name its field within the workload', async () => {
    const { problems } = await text(workload('CronJob').replace('name: c}', 'name: c, image: 5}'));
    assert.deepEqual(
      problems.map((problem) => problem.slice(problem.indexOf('CronJob'))),
      ['CronJob/default/w: Pod/default/w: spec.jobTemplate.spec.template.spec.containers[0].image must be a string'],
    );
  });

  test('resolve named ports pod by pod, and select by labels within the namespace', async () => {
    const pod = (name: string, port: number, labels = '{app: web}', phase = ''): string =>
      `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: ${labels}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: ${port}}]}]}, status: {phase: ${phase}}}`;
    const { records } = await text(
      [
        pod('a', 80),
        pod('b', 8080),
        pod('c', 80, '{app: other}'),
        pod('done', 80, '{app: web}', 'Succeeded'),
        pod('far', 80).replace('name: far', 'name: far, namespace: far'),
        '{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}, {port: 9}]}}',
        '{apiVersion: v1, kind: Service, metadata: {name: none}, spec: {ports: [{port: 80}]}}',
        '{apiVersion: v1, kind: Service, metadata: {name: ext}, spec: {type: ExternalName, selector: {app: web}}}',
      ].join('\n---\n'),
    );
    const selects = records.flatMap(({ relationships }) => relationships.filter(({ kind }) => kind === 'SELECTS'));
    assert.deepEqual(
      selects.map(({ from, to, properties }) => [from, to, properties?.ports]),
      [
        ['Service/default/web', 'Pod/default/a', ['80/TCP', '9/TCP']],
        ['Service/default/web', 'Pod/default/b', ['8080/TCP', '9/TCP']],
      ],
    );
  });

  test('bind the roles that every cluster has', async () => {
    const { nodes } = await text(
      '{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: edit}}',
    );
    const edit = nodes.get('Role/edit') as NodeFact<'Role'>;
    assert.ok(
      edit.properties.rules?.some(
        ({ resources, verbs }) => resources.includes('pods/exec') && verbs.includes('create'),
      ),
    );
    assert.ok(!nodes.has('Role/cluster-admin'));
  });
});

describe('dumps', () => {
  test('are the cluster of their kube-system namespace, of the version they tell', async () => {
    const { cluster, nodes } = await text(
      '{"kind": "List", "apiVersion": "v1", "items": [{"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "kube-system", "uid": "u1"}}]}\n' +
        '{"clientVersion": {}, "serverVersion": {"gitVersion": "v1.31.4-eks-2d5f260"}}\n',
    );
    assert.deepEqual(cluster, { key: 'u1', name: 'cluster' });
    const { version, minor, observed } = (nodes.get('Cluster/cluster') as NodeFact<'Cluster'>).properties;
    assert.deepEqual([version, minor, observed], ['v1.31.4-eks-2d5f260', 31, 'offline']);
  });

  test('lack no service accounts where they hold real ones', async () => {
    const { nodes } = await text(
      '{"apiVersion": "v1", "kind": "ServiceAccountList", "items": [{"metadata": {"name": "ci", "namespace": "a", "uid": "u"}}, {"metadata": {"name": "ci", "namespace": "b"}}]}',
    );
    assert.ok(!nodes.has('ServiceAccount/a/default'));
    assert.ok(nodes.has('ServiceAccount/b/default'));
  });

  test('speak for every extent, in order', async () => {
    const { order } = await text(namespace('a'));
    assert.deepEqual(order.slice(0, 7), [
      'snapshot Cluster',
      'records Cluster',
      'complete Cluster',
      'snapshot Namespace',
      'records Namespace',
      'complete Namespace',
      'snapshot Node',
    ]);
    assert.equal(order.filter((step) => step.startsWith('complete')).length, objectKinds.length + 1);
  });

  test('come in pages', async () => {
    const { order } = await text(
      Array.from(
        { length: 1001 },
        (_, i) => `{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n${i}"}}`,
      ).join('\n'),
    );
    assert.equal(order.filter((step) => step === 'records Node').length, 3);
  });

  test('of UTF-16, as PowerShell writes them, are read', async (t) => {
    const path = await folder(t, {
      'a.yaml': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(namespace('é'), 'utf16le')]),
    });
    assert.ok((await one(path)).nodes.has('Namespace/é'));
  });

  test('keep no data of secrets and config maps', async () => {
    const { records, nodes, problems } = await text(
      `{apiVersion: v1, kind: Secret, metadata: {name: s, annotations: {kubectl.kubernetes.io/last-applied-configuration: s3cret}},
        data: {p: czNjcmV0}, stringData: {q: s3cret}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {p: s3cret}}`,
    );
    assert.deepEqual(
      [nodes.has('Secret/default/s'), nodes.has('ConfigMap/default/c'), nodes.has('Namespace/default')],
      [true, true, true],
    );
    assert.ok(!/s3cret|czNjcmV0/.test(JSON.stringify([records, problems])));
  });
});

describe('what is broken', () => {
  test('is told with file and line, and the rest goes in', async () => {
    const { nodes, problems } = await one(join(fixtures, 'broken'));
    for (const name of ['before', 'after', 'first', 'third', 'one', 'three'])
      assert.ok(nodes.has(`Namespace/${name}`), name);
    for (const name of ['torn', 'second', 'two', 'bomb']) assert.ok(!nodes.has(`Namespace/${name}`), name);
    assert.ok(nodes.has('Container/default/odd/main'));
    assert.deepEqual(problems, [
      'broken/bomb.yaml:1: broken YAML: Excessive alias count indicates a resource exhaustion attack',
      'broken/list.yaml:10: broken YAML: Missing closing "quote',
      'broken/mixed.yaml:8: broken YAML: Flow map in block collection must be sufficiently indented and end with a }',
      'broken/mixed.yaml:14: is not a Kubernetes object',
      "broken/stream.ndjson.json:2: broken JSON: Expected ',' or '}' after property value",
      'broken/mixed.yaml:26: Namespace/after is there twice; the last one counts',
      'broken/mixed.yaml:16: Pod/default/odd: spec.containers[0].image must be a string',
      'broken/mixed.yaml:16: Pod/default/odd: spec.containers[0].securityContext.privileged must be true or false',
    ]);
  });

  test('in great numbers is counted', async () => {
    const { problems } = await text('{"kind": "Pod"}\n'.repeat(1500));
    assert.equal(problems.length, 1001);
    assert.match(problems.at(-1) ?? '', /500 more problems/);
  });

  test('is an error where there is nothing at all', async (t) => {
    await assert.rejects(read(join(fixtures, 'nowhere')), DumpError);
    await assert.rejects(read(await folder(t, { 'README.md': 'none' })), /holds no manifest/);
  });
});

describe('folders', () => {
  test('of dumps are a fleet, a cluster each', async () => {
    const clusters = (await read(join(fixtures, 'fleet'))).map(({ cluster }) => cluster);
    assert.deepEqual(clusters, [
      { key: 'uid-of-east', name: 'east' },
      { key: 'uid-of-west', name: 'west' },
    ]);
  });

  test('are one cluster when a name is given, several are, or they hold a manifest themselves', async (t) => {
    assert.equal((await one(join(fixtures, 'fleet'), { cluster: 'all' })).cluster.name, 'all');
    assert.equal((await one([join(fixtures, 'fleet/east'), join(fixtures, 'fleet/west')])).cluster.name, 'east');
    const mixed = await folder(t, { 'a/node.yaml': worker, 'b/node.yaml': worker, 'top.yaml': namespace('top') });
    assert.ok((await one(mixed)).nodes.has('Namespace/top'));
  });

  test('of applications are one cluster', async (t) => {
    const path = await folder(t, { 'a/node.yaml': worker, 'b/app.yaml': namespace('b'), 'notes/README.md': '' });
    assert.ok((await one(path)).nodes.has('Node/worker'));
  });

  test('are read to their depth, without what is hidden or no manifest', async (t) => {
    const path = await folder(t, {
      'a.yaml': namespace('a'),
      'b/c/d.yml': namespace('d'),
      'e.JSON': '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "e"}}',
      '.hidden.yaml': namespace('hidden'),
      '.git/x.yaml': namespace('git'),
      'notes.txt': namespace('notes'),
    });
    const { nodes } = await one(path);
    assert.deepEqual(
      [...nodes.keys()].filter((name) => name.startsWith('Namespace')),
      ['Namespace/a', 'Namespace/d', 'Namespace/e'],
    );
  });
});

test('reading gives way to others, and ends when it is told to', async () => {
  const stop = new AbortController();
  const many = Array.from({ length: 20_000 }, (_, index) => namespace(`n${index}`)).join('\n---\n');
  const turns = setInterval(() => stop.abort(new Error('enough')), 100);
  const started = performance.now();
  try {
    const stdin = ReadableStream.from([many]);
    await assert.rejects(read('-', { stdin, signal: stop.signal }), /enough/);
    assert.ok(performance.now() - started < 1500, 'at once, as far as a loaded machine allows');
  } finally {
    clearInterval(turns);
  }
});

describe('dumps that say which cluster they are', () => {
  const identity = (name: string, rest: Partial<DumpIdentity> = {}): string =>
    identityText({
      key: `uid-${name}`,
      name,
      server: `https://${name}.example.com`,
      version: 'v1.36.3',
      execByGet: false,
      audiences: ['us'],
      savedAt: '2026-01-01T00:00:00Z',
      kinds: objectKinds.map(({ kind }) => kind),
      gaps: [],
      ...rest,
    });
  const deployment =
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","uid":"d"},"spec":{"template":{"spec":{"containers":[{"name":"main"}]}}}}';

  test('go by their own names and keys, and nothing is added to them', async (t) => {
    const path = await folder(t, { [identityFile]: identity('prod'), 'deployments.apps.ndjson': deployment });
    const { cluster, nodes, problems } = await one(path);
    assert.deepEqual(cluster, { key: 'uid-prod', name: 'prod' });
    assert.deepEqual(problems, []);
    assert.ok(nodes.has('Workload/default/Deployment/web') && !nodes.has('Pod/default/web'));
    assert.equal((nodes.get('Cluster/prod') as NodeFact<'Cluster'>).properties.version, 'v1.36.3');
    assert.deepEqual((await one(path, { cluster: 'other' })).cluster, { key: 'uid-prod', name: 'other' });
  });

  test('are clusters of their own side by side, and not to be mixed', async (t) => {
    const parent = await folder(t, {
      [`a/${identityFile}`]: identity('north'),
      [`b/${identityFile}`]: identity('south'),
      'extra/web.json': deployment,
    });
    const [a = '', b = '', extra = ''] = ['a', 'b', 'extra'].map((name) => join(parent, name));
    const names = async (paths: readonly string[]) => (await read(paths)).map(({ cluster }) => cluster.name);
    assert.deepEqual(await names([a, b]), ['north', 'south']);
    assert.deepEqual(await names([a, extra]), ['north'], 'what would be if this were applied');
    await assert.rejects(
      read([a, b, extra]),
      (error) => error instanceof DumpError && /different clusters/.test(error.message),
    );
    await rm(extra, { recursive: true });
    assert.deepEqual(await names([parent]), ['north', 'south']);
  });

  test('say what of them is missing', async (t) => {
    const kinds = objectKinds.map(({ kind }) => kind).filter((kind) => kind !== 'Ingress');
    const gaps = [{ kind: 'Secret', reason: 'FORBIDDEN', message: 'no' }] as const;
    const { order } = await one(await folder(t, { [identityFile]: identity('prod', { kinds, gaps }) }));
    assert.deepEqual(order.filter((word) => word.startsWith('unreadable')).sort(), [
      'unreadable Ingress',
      'unreadable Secret',
    ]);
  });

  test('are refused where they are damaged; a file of that name may be something else', async (t) => {
    const damaged = await folder(t, { [identityFile]: identity('prod').replace('uid-prod', '') });
    await assert.rejects(read(damaged), /cluster\.json is damaged/);
    const other = await folder(t, { [identityFile]: deployment });
    assert.ok((await one(other)).nodes.has('Pod/default/web'));
  });
});

test('NDJSON is read line by line, also where the last one does not end', async (t) => {
  const lines = [
    namespace('a').replaceAll(/(\w+)(?=[:,}])/g, '"$1"'),
    '{"broken":',
    namespace('b').replaceAll(/(\w+)(?=[:,}])/g, '"$1"'),
  ];
  const { nodes, problems } = await one(await folder(t, { 'all.ndjson': lines.join('\n') }));
  assert.ok(nodes.has('Namespace/a') && nodes.has('Namespace/b'));
  assert.match(problems.join(), /all\.ndjson:2: broken JSON/);
});
