import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubernetesTestbed, kubernetesMissing, startKubernetes } from '../testbed/kubernetes.ts';
import { portolan, type Running, up } from './portolan.ts';

const skip = await kubernetesMissing();
const folder = mkdtempSync(join(tmpdir(), 'portolan-fleet-'));
const kubeconfig = join(folder, 'kubeconfig');
let north: KubernetesTestbed;
let south: KubernetesTestbed;
let running: Running | undefined;

interface Entry {
  readonly cluster: Readonly<Record<string, unknown>>;
}
interface Kubeconfig {
  readonly clusters: readonly [Entry];
  readonly users: readonly [{ readonly user: unknown }];
}

before(async () => {
  if (skip !== false) return;
  [north, south] = await Promise.all([startKubernetes(), startKubernetes()]);
  const entries = { north, south, twin: south };
  const parts = Object.entries(entries).map(([name, { kubeconfig: path }]) => {
    const { clusters, users } = JSON.parse(readFileSync(path, 'utf8')) as Kubeconfig;
    return { name, cluster: clusters[0].cluster, user: users[0].user };
  });
  const dead = { name: 'dead', cluster: { server: 'https://127.0.0.1:1' }, user: {} };
  const all = [...parts, dead];
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'north',
      clusters: all.map(({ name, cluster }) => ({ name, cluster })),
      users: all.map(({ name, user }) => ({ name, user })),
      contexts: all.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
    }),
  );
});
after(async () => {
  await running?.stop();
  await Promise.all([north?.stop(), south?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

interface Seen {
  readonly coverage: {
    readonly clusters: {
      readonly edges: readonly { readonly node: { readonly name: string; readonly coverage: string } }[];
    };
    readonly gaps: {
      readonly edges: readonly {
        readonly node: {
          readonly reason: string;
          readonly since: string;
          readonly cluster: { readonly name: string } | null;
        };
      }[];
    };
  };
  readonly attackPaths: {
    readonly paths: readonly { readonly hops: readonly { readonly from: { readonly name: string } }[] }[];
  };
}

const document = `{
  coverage {
    clusters { edges { node { name coverage } } }
    gaps(first: 100) { edges { node { reason since cluster { name } } } }
  }
  attackPaths(from: { kind: SERVICE_ACCOUNT }, to: { set: CLUSTER_ADMIN }, first: 100) { paths { hops { from { name } } } }
}`;

interface State {
  readonly coverage: Readonly<Record<string, string>>;
  /** The reasons of the gaps of each cluster. */
  readonly gaps: Readonly<Record<string, readonly string[]>>;
  /** The service accounts from which a path leads to cluster-admin. */
  readonly from: readonly string[];
  readonly since: string;
}

async function state(): Promise<State> {
  const { coverage, attackPaths } = await (running as Running).query<Seen>(document);
  const gaps: Record<string, string[]> = {};
  // Nobody has asked for audit events and sensors here.
  const told = coverage.gaps.edges.filter(({ node }) => node.reason !== 'BY_DESIGN');
  for (const { node } of told) {
    const name = node.cluster?.name ?? '';
    gaps[name] = [...new Set([...(gaps[name] ?? []), node.reason])];
  }
  return {
    coverage: Object.fromEntries(coverage.clusters.edges.map(({ node }) => [node.name, node.coverage])),
    gaps,
    from: [...new Set(attackPaths.paths.map(({ hops }) => hops[0]?.from.name ?? ''))].sort(),
    since: told[0]?.node.since ?? '',
  };
}

async function comes(expected: Partial<State>, seconds = 15): Promise<State> {
  let last: State | undefined;
  for (const limit = Date.now() + seconds * 1000; Date.now() < limit; await sleep(200)) {
    last = await state();
    try {
      const { coverage, gaps, from } = last;
      assert.deepEqual({ coverage, gaps, from, ...expected }, { coverage, gaps, from });
      return last;
    } catch {
      // not yet
    }
  }
  throw new Error(`it did not come to pass: ${JSON.stringify(last)}\n${running?.output().err}`);
}

/** The state of each cluster, by the metrics. */
async function metricsCome(states: Readonly<Record<string, string>>, seconds = 15): Promise<void> {
  const wanted = Object.entries(states).map(
    ([name, is]) => `portolan_cluster_state{cluster="${name}",state="${is}"} 1`,
  );
  let metrics = '';
  for (const limit = Date.now() + seconds * 1000; Date.now() < limit; await sleep(200)) {
    metrics = await (await fetch(`${running?.url}/metrics`)).text();
    if (wanted.every((line) => metrics.includes(line))) return;
  }
  for (const line of wanted) assert.ok(metrics.includes(line), line);
}

async function admin(kubernetes: KubernetesTestbed, name: string): Promise<void> {
  await kubernetes.kubectl(['create', 'serviceaccount', name]);
  const account = `--serviceaccount=default:${name}`;
  await kubernetes.kubectl(['create', 'clusterrolebinding', name, '--clusterrole=cluster-admin', account]);
}

test('clusters are followed side by side: what happens to one holds up no other', {
  skip,
  timeout: 240_000,
}, async () => {
  const contexts = (names: readonly string[]) => names.flatMap((name) => ['--context', name]);
  const twins = await portolan(
    ['up', '--port', '0', '--kubeconfig', kubeconfig, ...contexts(['south', 'twin'])],
    folder,
  );
  assert.equal(twins.status, 2, twins.err);
  assert.match(
    twins.err,
    /south and twin lead to the same cluster \(the namespace kube-system of both has the UID [-\w]+\)/,
  );

  await admin(north, 'north-a');
  await admin(south, 'south-a');
  running = await up(['--kubeconfig', kubeconfig, ...contexts(['north', 'dead', 'south'])], folder);
  assert.match(running.output().err, /the cluster of dead does not answer: .*tried again until it does/);
  await comes({ coverage: { north: 'COMPLETE', south: 'COMPLETE' }, gaps: {}, from: ['north-a', 'south-a'] });

  await north.killApiServer();
  await admin(south, 'south-b');
  await comes({
    coverage: { north: 'PARTIAL', south: 'COMPLETE' },
    gaps: { north: ['UNREACHABLE'] },
    from: ['north-a', 'south-a', 'south-b'],
  });
  // Kind by kind it is noticed, and that of the namespaces makes the state: a gap may be told before.
  await metricsCome({ north: 'unreachable', south: 'following', dead: 'lost' });
  await north.startApiServer();
  await admin(north, 'north-b');
  const from = ['north-a', 'north-b', 'south-a', 'south-b'];
  await comes({ coverage: { north: 'COMPLETE', south: 'COMPLETE' }, gaps: {}, from }, 45);

  // Followed by nobody, a cluster is as it was last heard, and says so.
  const stopping = Date.now();
  assert.equal(await running.stop(), 0);
  running = await up(['--kubeconfig', kubeconfig, ...contexts(['south'])], folder);
  const { since } = await comes(
    { coverage: { north: 'PARTIAL', south: 'COMPLETE' }, gaps: { north: ['STALE'] }, from },
    40,
  );
  assert.ok(Date.parse(since) >= stopping && Date.parse(since) <= stopping + 15_000, since);

  await running.stop();
  running = await up(['--kubeconfig', kubeconfig, ...contexts(['north', 'south'])], folder);
  await comes({ coverage: { north: 'COMPLETE', south: 'COMPLETE' }, gaps: {}, from });
});
