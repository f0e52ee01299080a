import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Delta, GraphEdge, GraphNode } from '../graph/model/graph.ts';
import { edgeId, nodeId } from '../graph/model/id.ts';
import { type Scope, wholeTenant } from '../graph/model/scope.ts';
import { openNeo4j } from '../graph/store/neo4j/open.ts';
import type { OpenedStore } from '../graph/store/opened.ts';
import { openDatabase } from '../graph/store/sqlite/database.ts';
import { openSqlite } from '../graph/store/sqlite/open.ts';
import { sharedNeo4j } from '../test/testbed/neo4j.ts';

/**
 * Measures a store on 100,000 pods, each with an edge to one of 100 nodes: commits, bytes, latencies. The SQLite file takes
 * about 20 s; the Neo4j of the testbed, which is started for it, some minutes.
 *
 *   scripts/node bench/store.ts [--neo4j] [--pods 100000]
 */
const { values } = parseArgs({
  options: { neo4j: { type: 'boolean', default: false }, pods: { type: 'string', default: '100000' } },
});
const pods = Number(values.pods);
const perDelta = 5_000;
const cluster = 'measured';
const tenant = `bench-${randomUUID()}`;
const at = '2026-01-01T00:00:00.000Z';

const machines = Array.from({ length: 100 }, (_, i) =>
  node('Node', null, `worker-${i}`, { kubeletVersion: 'v1.36.3' }),
);
const machineOf = (i: number): GraphNode => machines[i % machines.length] as GraphNode;

function node(
  kind: 'Node' | 'Pod',
  namespace: string | null,
  name: string,
  properties: GraphNode['properties'],
): GraphNode {
  const ref = [kind, namespace, name].filter((part) => part !== null).join('/');
  const id = nodeId(kind, cluster, ref);
  return { id, kind, ref, cluster, namespace, name, properties, claims: [`kubernetes/${kind}`], deletedAt: null };
}

function pod(i: number, phase: string): GraphNode {
  return node('Pod', `team-${i % 200}`, `web-${i}-7d9f8b6c5-x2x4z`, {
    phase,
    podIp: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
    createdAt: at,
    labels: ['app=web', 'tier=front'],
    owner: 'ReplicaSet/web-7d9f8b6c5',
    hostNetwork: false,
    hostPid: false,
    live: true,
  });
}

function runsOn(from: GraphNode, to: GraphNode): GraphEdge {
  const id = edgeId(from.id, 'RUNS_ON', to.id);
  return { id, kind: 'RUNS_ON', from: from.id, to: to.id, attack: null, properties: {}, claims: ['kubernetes/Pod'] };
}

function bulk(first: number, phase: string): Delta {
  const nodes = Array.from({ length: perDelta }, (_, i) => pod(first + i, phase));
  const edges = nodes.map((from, i) => runsOn(from, machineOf(first + i)));
  return { at, nodes, edges, removedNodes: [], removedEdges: [] };
}

const folder = await mkdtemp(join(tmpdir(), 'portolan-measure-'));
const path = join(folder, 'portolan.db');
const { store, records, close } = values.neo4j ? await openServer() : await openSqlite(path);
const lease = await records.acquireLease({ tenant, cluster }, 'measure', 600_000);
if (lease === null) throw new Error('a fresh store has no holder');
let version = await store.apply(lease, 0, { at, nodes: machines, edges: [], removedNodes: [], removedEdges: [] });

for (const phase of ['Pending', 'Running']) {
  let ms = 0;
  let blocked = 0;
  for (let first = 0; first < pods; first += perDelta) {
    const delta = bulk(first, phase);
    const start = performance.now();
    const committed = store.apply(lease, version, delta);
    blocked += performance.now() - start;
    version = await committed;
    ms += performance.now() - start;
  }
  const rate = Math.round((2 * pods * 1_000) / ms);
  const share = ((blocked * perDelta) / pods).toFixed(1);
  console.log(
    `${phase === 'Pending' ? 'insert' : 'update'}: ${rate} changes/s; event loop ${share} ms a delta of ${2 * perDelta}`,
  );
}
const single: number[] = [];
for (let i = 0; i < 200; i++) {
  const start = performance.now();
  version = await store.apply(lease, version, {
    at,
    nodes: [pod(i, 'Failed')],
    edges: [],
    removedNodes: [],
    removedEdges: [],
  });
  single.push(performance.now() - start);
}
report('commit of one change', single);

const someIds = Array.from({ length: 100 }, (_, i) => pod(i * 7, '').id);
const page = { first: 50 };
const scopes: readonly (readonly [string, Scope])[] = [
  ['whole tenant', wholeTenant(tenant)],
  ['2 namespaces', { tenant, clusters: { [cluster]: ['team-7', 'team-14'] } }],
];
for (const [name, scope] of scopes) {
  console.log(`-- ${name}`);
  await time('100 nodes by id', () => store.nodes(scope, someIds));
  await time('find 50 pods', () => store.find(scope, { kinds: ['Pod'], page }));
  await time('find 50 of any kind', () => store.find(scope, { kinds: [], page }));
  const byName = { field: 'name', in: [pod(Math.floor(pods / 2), '').name] };
  await time('find by name', () => store.find(scope, { kinds: ['Pod'], filter: byName, page }));
  const byRef = { field: 'ref', in: [pod(Math.floor(pods / 3), '').ref] };
  await time('find by readable name, any kind', () => store.find(scope, { kinds: [], filter: byRef, page }));
  const after = (await store.find(scope, { kinds: ['Pod'], page: { first: 1_000 } })).items.at(-1)?.cursor;
  await time('the next 50 pods after 1,000', () => store.find(scope, { kinds: ['Pod'], page: { ...page, after } }));
  const none = { field: 'labels', in: ['app=none'] };
  await time('find by a label nobody has', () => store.find(scope, { kinds: ['Pod'], filter: none, page }));
  await time('count by phase (indexed)', () => store.count(scope, ['Pod'], { field: 'phase', in: ['Running'] }));
  await time('facets by phase', () => store.facets(scope, ['Pod'], undefined, ['phase']));
  const out = { relationships: ['RUNS_ON'], direction: 'out', page: { first: 10 } } as const;
  await time('neighbours of 100 pods', () => store.adjacent(scope, someIds, out));
  const on = { relationships: ['RUNS_ON'], direction: 'in', page } as const;
  await time('50 of 1,000 neighbours of a node', () => store.adjacent(scope, [machineOf(7).id], on));
}
let scanned = 0;
const start = performance.now();
for await (const batch of (await store.scan(tenant)).batches)
  scanned += ('nodes' in batch ? batch.nodes : batch.edges).length;
console.log(`scan of ${scanned}: ${Math.round(performance.now() - start)} ms`);
await close();

if (!values.neo4j) reportBytes();
await rm(folder, { recursive: true });
process.exit(); // the testbed's server ends with us

async function openServer(): Promise<OpenedStore> {
  const { uri, auth } = await sharedNeo4j();
  return openNeo4j(uri, auth);
}

function reportBytes(): void {
  const db = openDatabase(path);
  const bytes = db.prepare<[string], number>("SELECT sum(pgsize) FROM dbstat WHERE name LIKE ? || '%'").pluck();
  console.log(
    `bytes: ${Math.round((bytes.get('nodes') ?? 0) / pods)} a pod, ${Math.round((bytes.get('edges') ?? 0) / pods)} an edge`,
  );
  db.close();
}

async function time(what: string, run: () => Promise<unknown>): Promise<void> {
  const all: number[] = [];
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    await run();
    all.push(performance.now() - start);
  }
  report(what, all);
}

function report(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
  console.log(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`);
}
