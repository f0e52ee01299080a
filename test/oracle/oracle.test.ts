import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { identifyCluster } from '../../collectors/kubernetes/live/identify.ts';
import { type Dump, openDumps } from '../../collectors/kubernetes/offline/dump.ts';
import { type Chart, chartDumps } from '../../gateway/fleet/chart.ts';
import type { EdgeDefinition } from '../../graph/edges/define.ts';
import { shownEdges } from '../../graph/edges/expand.ts';
import { edges as definitions } from '../../graph/edges/index.ts';
import { podAttachApi } from '../../graph/edges/pod-attach-api.ts';
import { podExec } from '../../graph/edges/pod-exec.ts';
import { podPortforward } from '../../graph/edges/pod-portforward.ts';
import type { GraphNode } from '../../graph/model/graph.ts';
import type { NodeFact, Observation } from '../../graph/model/observation.ts';
import { random, seeds } from '../property/random.ts';
import { type Kubernetes, kubernetesMissing, startKubernetes } from '../testbed/kubernetes.ts';
import { randomFleet } from './fleet.ts';
import { readChart } from './read-chart.ts';
import { callerOf, oracle } from './truth.ts';

/*
 * Every identity x technique x target of small random clusters, drawn or not, against the API server's own word:
 * reviews at the scope of the real request, and server dry runs. Users of nodes are left out: the Node authorizer,
 * which is no RBAC, gives them more.
 */

const kinds =
  'namespaces,nodes,pods,serviceaccounts,secrets,deployments,statefulsets,cronjobs,jobs,' +
  'roles,clusterroles,rolebindings,clusterrolebindings';
const asked = definitions.filter((definition) => definition.asks !== undefined);
const skip = await kubernetesMissing();

interface Tally {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

async function chartCluster(kubernetes: Kubernetes, execByGet: boolean | null): Promise<Chart> {
  const dump = await kubernetes.kubectl(['get', kinds, '--all-namespaces', '-o', 'json']);
  const version = await kubernetes.kubectl(['version', '-o', 'json']);
  const dumps = openDumps(['-'], { cluster: 'oracle', stdin: Readable.from([version, '\n', dump]) });
  return chartDumps(withGate(dumps, execByGet));
}

/** Adds what the live collector reads of the feature gates, and no dump shows. */
async function* withGate(dumps: AsyncIterable<Dump>, execByGet: boolean | null): AsyncGenerator<Dump> {
  for await (const dump of dumps) {
    const observations = Array.from(dump.observations, (observation): Observation => {
      if (observation.type !== 'records' || observation.extent.kind !== 'Cluster') return observation;
      const add = (node: NodeFact): NodeFact =>
        node.kind === 'Cluster' ? { ...node, properties: { ...node.properties, execByGet } } : node;
      return {
        ...observation,
        records: observation.records.map((record) => ({ ...record, nodes: record.nodes.map(add) })),
      };
    });
    yield { ...dump, observations };
  }
}

/** What each identity reaches by each technique according to the chart: `NAME FROM TO`. */
function drawn({ nodes, edges }: Chart): ReadonlySet<string> {
  const links = new Map<string, Set<string>>();
  for (const { kind, from, to } of edges) {
    if (kind !== 'MEMBER_OF' && kind !== 'PERMISSION_DISCOVER') continue;
    const fromRef = nodes.get(from)?.ref as string;
    links.set(fromRef, (links.get(fromRef) ?? new Set()).add(nodes.get(to)?.ref as string));
  }
  const worn = (ref: string): readonly string[] => {
    const all = new Set([ref]);
    for (const holder of all) for (const next of links.get(holder) ?? []) all.add(next);
    return [...all];
  };
  const byHolder = new Map<string, string[]>();
  for (const { edge, from, to } of shownEdges(nodes, edges)) {
    byHolder.set(from.ref, [...(byHolder.get(from.ref) ?? []), `${edge.kind} ${to.ref}`]);
  }
  const result = new Set<string>();
  for (const { ref, kind } of nodes.values()) {
    if (!isIdentity(kind)) continue;
    for (const holder of worn(ref)) {
      for (const edge of byHolder.get(holder) ?? []) {
        const [name, to] = edge.split(' ');
        result.add(`${name} ${ref} ${to}`);
      }
    }
  }
  return result;
}

function isIdentity(kind: string): boolean {
  return kind === 'ServiceAccount' || kind === 'User' || kind === 'Group';
}

interface Round {
  readonly kubernetes: Kubernetes;
  readonly execByGet: boolean | null;
  readonly asked: readonly EdgeDefinition[];
  readonly prefix: string;
  readonly seed: number;
}

async function compare(
  { kubernetes, execByGet, asked, prefix, seed }: Round,
  tallies: ReadonlyMap<string, Tally>,
): Promise<number> {
  const charted = await chartCluster(kubernetes, execByGet);
  const read = readChart(charted);
  const claims = drawn(charted);
  const truth = oracle(kubernetes);
  const nodes = [...charted.nodes.values()];
  // What bootstrap policy brings is asked about once, by the groups and users it names; the rest is this fleet's.
  const own = (node: GraphNode): boolean => node.ref.includes(prefix) || node.kind === 'Cluster';
  const identities = nodes.filter(
    (node) =>
      isIdentity(node.kind) &&
      !node.name.startsWith('system:node:') &&
      (own(node) || /system:(masters|authenticated|serviceaccounts)$/.test(node.name)),
  );
  const mistakes: string[] = [];
  const judge = async (definition: EdgeDefinition, identity: GraphNode, target: GraphNode): Promise<void> => {
    const alternatives = definition.asks?.(target as never, read) ?? [];
    const really = await truth.holds(callerOf(identity), alternatives);
    const claimed = claims.has(`${definition.name} ${identity.ref} ${target.ref}`);
    const tally = tallies.get(definition.name) as Tally;
    if (really && claimed) tally.truePositives++;
    if (really === claimed) return;
    if (claimed) tally.falsePositives++;
    else tally.falseNegatives++;
    mistakes.push(
      `${definition.name} from ${identity.ref} to ${target.ref}: ${claimed ? 'drawn, but the API server refuses' : 'allowed, but not drawn'}`,
    );
  };
  await Promise.all(
    identities.map(async (identity) => {
      for (const definition of asked) {
        for (const target of nodes) {
          if (definition.to.includes(target.kind) && own(target)) await judge(definition, identity, target);
        }
      }
    }),
  );
  assert.deepEqual(mistakes, [], `seed ${seed} (repeat with PORTOLAN_SEED=${seed})`);
  return truth.questions;
}

/** Judges edges in ten random clusters on an API server with this gate. */
async function judgeEdges(context: TestContext, asked: readonly EdgeDefinition[], gate: boolean): Promise<void> {
  const kubernetes = await startKubernetes({ featureGates: { AuthorizePodWebsocketUpgradeCreatePermission: gate } });
  context.after(() => kubernetes.stop());
  const { execByGet } = await identifyCluster({ kubeconfig: kubernetes.kubeconfig });
  assert.equal(execByGet, !gate, 'the metrics show the gate');
  const tallies = new Map(asked.map((edge) => [edge.name, { truePositives: 0, falsePositives: 0, falseNegatives: 0 }]));
  let questions = 0;
  for (const seed of seeds(10)) {
    const prefix = `oracle-${seed}`;
    const fleet = randomFleet(random(seed), prefix);
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: fleet });
    await kubernetes.kubectl(['create', '-f', '-'], list);
    // Nothing empties it here, so that it stays: what may still be done in a namespace that is being deleted is asked, too.
    if (random(seed).chance(0.4)) await kubernetes.kubectl(['delete', '--wait=false', 'namespace', `${prefix}-b`]);
    try {
      questions += await compare({ kubernetes, execByGet, asked, prefix, seed }, tallies);
    } finally {
      const cluster = fleet.filter(({ metadata }) => (metadata as { namespace?: string }).namespace === undefined);
      const namespaced = fleet.filter((object) => !cluster.includes(object));
      for (const items of [namespaced, cluster]) {
        await kubernetes.kubectl(
          ['delete', '--wait=false', '--force', '--grace-period=0', '--ignore-not-found', '-f', '-'],
          JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
        );
      }
    }
  }
  for (const [name, { truePositives, falsePositives, falseNegatives }] of tallies) {
    const ratio = (wrong: number): string => (truePositives / (truePositives + wrong)).toFixed(3);
    context.diagnostic(
      `${name}: precision ${ratio(falsePositives)}, recall ${ratio(falseNegatives)} over ${truePositives + falsePositives + falseNegatives} edges`,
    );
    if (process.env.PORTOLAN_SEED === undefined) assert.ok(truePositives > 0, `${name} occurs in the fleets`);
  }
  context.diagnostic(`${questions} questions to the API server`);
}

test(
  'every RBAC edge is true, and none is missing, by the word of the API server',
  {
    skip,
    timeout: 600_000,
  },
  (context) => judgeEdges(context, asked, true),
);

test(
  'so is every exec, attach and port-forward where the API server takes a WebSocket for the right to get',
  {
    skip,
    timeout: 300_000,
  },
  (context) => judgeEdges(context, [podExec, podAttachApi, podPortforward], false),
);
