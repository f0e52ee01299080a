import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kubernetes, kubernetesMissing, sharedKubernetes } from '../testbed/kubernetes.ts';
import { portolan, type Running, up } from './portolan.ts';

const skip = await kubernetesMissing();
const folder = mkdtempSync(join(tmpdir(), 'portolan-live-'));
let kubernetes: Kubernetes;
let running: Running | undefined;

before(async () => {
  if (skip === false) kubernetes = await sharedKubernetes();
});
after(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const paths = `query Paths($pod: String!, $namespace: String!) {
  attackPaths(
    from: { kind: POD, filter: { and: [{ name: { in: [$pod] } }, { namespace: { in: [$namespace] } }] } }
    to: { set: CLUSTER_ADMIN }
  ) {
    paths { cost hops { edge { name } to { name } } }
  }
}`;

interface Answer {
  readonly attackPaths: {
    readonly paths: readonly {
      readonly cost: number;
      readonly hops: readonly { readonly edge: { readonly name: string } }[];
    }[];
  };
}

async function pathsFrom(namespace: string, pod: string, until: (answer: Answer) => boolean): Promise<Answer> {
  let answer: Answer | undefined;
  for (const limit = Date.now() + 15_000; Date.now() < limit; await sleep(25)) {
    answer = await (running as Running).query<Answer>(paths, { namespace, pod });
    if (until(answer)) return answer;
  }
  throw new Error(`it did not come to pass: ${JSON.stringify(answer)}\n${running?.output().err}`);
}

test('a path appears when the cluster has it, goes when its binding goes, and comes back from the store', {
  skip,
  timeout: 120_000,
}, async () => {
  const namespace = await kubernetes.createNamespace('e2e');
  const admin = `${namespace}-admin`;
  running = await up(['--kubeconfig', kubernetes.kubeconfig], folder);
  assert.match(running.output().err, /charting .* \(v1\.36/);

  await kubernetes.kubectl(
    ['create', '-f', '-'],
    `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: ${namespace} }
spec:
  nodeName: none-yet
  containers: [{ name: main, image: example.com/web }]
`,
  );
  await sleep(300);
  assert.deepEqual((await pathsFrom(namespace, 'web', () => true)).attackPaths.paths, []);

  await kubernetes.kubectl([
    'create',
    'clusterrolebinding',
    admin,
    '--clusterrole=cluster-admin',
    `--serviceaccount=${namespace}:default`,
  ]);
  const found = await pathsFrom(namespace, 'web', ({ attackPaths }) => attackPaths.paths.length > 0);
  assert.deepEqual(
    found.attackPaths.paths[0]?.hops.map(({ edge }) => edge.name),
    ['CONTAINER_ATTACH', 'IDENTITY_ASSUME', 'PERMISSION_DISCOVER', 'CLUSTER_ADMIN_WILDCARD'],
  );

  // What the API server says stays stored: killed and asked offline, the path is still there.
  await running.kill();
  const { out } = await portolan(['paths', '--from', `Pod/${namespace}/web`], folder);
  assert.match(out, /CLUSTER_ADMIN_WILDCARD/);

  // Deleted while nobody watched: the next start notices.
  await kubernetes.kubectl(['delete', 'clusterrolebinding', admin]);
  running = await up(['--kubeconfig', kubernetes.kubeconfig], folder);
  await pathsFrom(namespace, 'web', ({ attackPaths }) => attackPaths.paths.length === 0);
  assert.equal(await running.stop(), 0);
  running = undefined;
});
