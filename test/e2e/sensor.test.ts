// A real process in a fake pod, the real sensor and publisher, the real gateway: to a frame of a subscription.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { passwordFileRead } from '../../detections/rules/password-file-read.ts';
import { type Subscribed, subscribe } from '../gateway/subscribe.ts';
import { root } from '../runner/files.ts';
import { type FakePod, fakePod } from '../sensor/fake-pod.ts';
import { type RunningSensor, sensorMissing, startSensor } from '../sensor/harness.ts';
import { neo4jMissing, sharedNeo4j } from '../testbed/neo4j.ts';
import { freePort, type GuardedProcess, startProcess } from '../testbed/process.ts';
import { temporaryFolder } from '../testbed/temporary.ts';
import { type Environment, type Running, up } from './portolan.ts';

const withoutSensor = await sensorMissing();
const folder = temporaryFolder();
const reader = 'reader-of-all-000';
let pod: FakePod | undefined;
let gateway: Running | undefined;
let sensor: RunningSensor | undefined;
let publisher: GuardedProcess | undefined;
let subscribed: Subscribed | undefined;
afterEach(async () => {
  await subscribed?.stop();
  await Promise.all([gateway?.kill(), sensor?.kill(), publisher?.kill()]);
  await pod?.remove();
});

/** What `portolan up` is told to keep its graph and its records in. */
const stores: readonly { readonly name: string; readonly skip: string | false; settings(): Promise<Environment> }[] = [
  { name: 'SQLite', skip: false, settings: async () => ({}) },
  {
    name: 'Neo4j',
    skip: await neo4jMissing(),
    async settings() {
      const { uri, auth } = await sharedNeo4j();
      return {
        PORTOLAN_STORE: uri,
        PORTOLAN_STORE_USER: auth.user,
        PORTOLAN_STORE_PASSWORD: auth.password,
        PORTOLAN_TENANT: `sensor-${randomUUID()}`,
      };
    },
  },
];

const manifest = (uid: string): string => `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, uid: ${uid} }
spec:
  nodeName: worker-1
  serviceAccountName: deployer
  containers:
    - name: main
      image: example.com/web
      volumeMounts: [{ name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount }]
  volumes: [{ name: token, projected: { sources: [{ serviceAccountToken: { path: token } }] } }]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: deployer, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: deployers }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: deployer, namespace: shop }]
`;

const subscription = `subscription Alerts($after: String) {
  alertRaised(after: $after, filter: { rules: ["${passwordFileRead.name}"], namespaces: ["shop"] }) {
    cursor change alert { count namespace fields { name value } subjects { id ... on Pod { name } ... on KubeNode { name } } }
  }
}`;

interface Frame {
  readonly cursor: string;
  readonly change: string;
  readonly alert: {
    readonly count: number;
    readonly fields: readonly { readonly name: string; readonly value: string }[];
    readonly subjects: readonly { readonly name?: string }[];
  };
}

async function follow(running: Running, after: string | null): Promise<Subscribed> {
  const payload = { query: subscription, variables: { after } };
  return subscribe(running.url, payload, { authorization: `Bearer ${reader}` });
}

const framesOf = ({ events }: Subscribed): readonly Frame[] => events.map(({ data }) => data.alertRaised as Frame);

/** Asks until it holds; fails with the last answer after so long. */
async function asked<T>(running: Running, document: string, holds: (answer: T) => boolean): Promise<T> {
  let answer: T | undefined;
  for (const limit = Date.now() + 25_000; Date.now() < limit; await sleep(100)) {
    answer = await running.query<T>(document, {}, reader);
    if (holds(answer)) return answer;
  }
  assert.fail(`not within 25 s: ${JSON.stringify(answer)}\n${sensor?.errors()}\n${running.output().err}`);
}

for (const store of stores)
  test(
    `a process in a pod becomes an alert on the attack path of its pod, and a gateway that is killed loses and repeats nothing: ${store.name}`,
    {
      skip: withoutSensor || store.skip,
      timeout: 170_000,
    },
    async () => follows(await store.settings()),
  );

async function follows(environment: Environment): Promise<void> {
  pod = fakePod();
  const home = mkdtempSync(join(folder, 'home-'));
  const [spool, tokens, sensorToken] = ['spool', 'tokens.yaml', 'token'].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  const { uid } = pod;
  const port = String(await freePort());
  mkdirSync(spool);
  writeFileSync(join(home, 'cluster.yaml'), manifest(uid));
  writeFileSync(sensorToken, 'sensor-of-worker-1');
  const known = [
    { token: 'sensor-of-worker-1', clusters: ['prod'], node: 'worker-1', ingest: true },
    { token: reader, clusters: '*' },
  ];
  writeFileSync(tokens, JSON.stringify({ tokens: known }), { mode: 0o600 });
  const serving = ['cluster.yaml', '--cluster', 'prod', '--tokens', tokens, '--port', port];
  const reads = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const { status, out } = await (pod as FakePod).run('head', '-c1', '/etc/shadow');
      assert.equal(status, 0, out);
    }
  };

  gateway = await up(serving, home, environment);
  subscribed = await follow(gateway, null);
  sensor = await startSensor('--spool', spool);
  const publishing = ['sensor', '--publish', `http://127.0.0.1:${port}`, '--spool', spool, '--token-file', sensorToken];
  publisher = await startProcess('publisher', [join(root, 'portolan'), ...publishing], join(home, 'publisher.log'));

  await reads(1);
  await subscribed.until(1, 25_000);
  const [first] = framesOf(subscribed) as readonly [Frame];
  assert.equal(first.change, 'RAISED');
  const fields = Object.fromEntries(first.alert.fields.map(({ name, value }) => [name, value]));
  assert.partialDeepStrictEqual(fields, {
    'k8s.pod.uid': uid,
    'k8s.node.name': 'worker-1',
    'proc.name': 'head',
    'fd.name': '/etc/shadow',
    'portolan.reach.from': 'Pod/shop/web',
  });
  assert.deepEqual(
    first.alert.subjects.map(({ name }) => name),
    ['web', 'worker-1'],
  );
  assert.match(fields['portolan.reach.path'] ?? '', /^Pod\/shop\/web > .*Cluster\/prod$/);

  // Killed while nothing is under way; then while it takes batches over.
  await gateway.kill();
  await subscribed.stop();
  await reads(3);
  gateway = await up(serving, home, environment);
  const reading = reads(6);
  await sleep(700);
  await gateway.kill();
  await reading;

  gateway = await up(serving, home, environment);
  subscribed = await follow(gateway, first.cursor);
  await reads(1);
  const total = 1 + 3 + 6 + 1;
  const alerts = `{ alerts(filter: { rules: ["${passwordFileRead.name}"], namespaces: ["shop"] }) { nodes { count attackPaths { paths { cost } } } } }`;
  interface Alerts {
    readonly alerts: {
      readonly nodes: readonly {
        readonly count: number;
        readonly attackPaths: { readonly paths: readonly object[] };
      }[];
    };
  }
  const { nodes } = (await asked<Alerts>(gateway, alerts, (answer) => (answer.alerts.nodes[0]?.count ?? 0) >= total))
    .alerts;
  await sleep(1_500); // what came twice would come now
  const again = (await gateway.query<Alerts>(alerts, {}, reader)).alerts.nodes;
  assert.deepEqual([nodes.length, again[0]?.count], [1, total]);
  assert.equal(nodes[0]?.attackPaths.paths.length, 1);
  const counts = framesOf(subscribed).map(({ change, alert }) => (change === 'REPEATED' ? alert.count : Number.NaN));
  assert.equal(counts.at(-1), total, 'who resumes is told of the last');
  assert.deepEqual(
    counts,
    [...new Set(counts)].sort((a, b) => a - b),
    'and of none twice, or out of order',
  );

  const coverage = '{ coverage { state gaps(first: 100) { nodes { source reason subject message } } } }';
  interface Coverage {
    readonly coverage: {
      readonly gaps: { readonly nodes: readonly { readonly source: string; readonly reason: string }[] };
    };
  }
  await asked<Coverage>(gateway, coverage, ({ coverage: { gaps } }) =>
    gaps.nodes.some(({ source, reason }) => source === 'sensor' && reason === 'BY_DESIGN'),
  );
}
