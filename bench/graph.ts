/**
 * The graph's part of charting a cluster, again and again and without an API server: what the collector would say of
 * `clusterObjects` into an empty SQLite file, merged, derived and committed. For profiles, too:
 *
 *   scripts/node --expose-gc bench/graph.ts [--pods 10000] [--nodes 1000] [--runs 5]
 *   scripts/node --cpu-prof bench/graph.ts --runs 3
 *
 * CPU is that of all threads; with --expose-gc, what the writer holds in the end is printed, too.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clusterRecord } from '../collectors/kubernetes/cluster.ts';
import { kubernetesExtent } from '../collectors/kubernetes/kind.ts';
import { objectKinds } from '../collectors/kubernetes/kinds/index.ts';
import { mapObject } from '../collectors/kubernetes/map.ts';
import { edges as definitions } from '../graph/edges/index.ts';
import { clusterId } from '../graph/model/id.ts';
import type { Observation, ObservedRecord } from '../graph/model/observation.ts';
import { openSqlite } from '../graph/store/sqlite/open.ts';
import { PartitionWriter } from '../graph/writer/writer.ts';
import { type ClusterSize, clusterObjects } from './cluster-objects.ts';

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '10000' },
    nodes: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '5' },
  },
});
const size = { pods: Number(values.pods), nodes: Number(values.nodes) };
const cluster = { key: 'bench', name: 'bench' };
const pageSize = 500;

/** What the live collector says of the cluster, page by page. */
function* observations(of: ClusterSize): Iterable<Observation> {
  const context = { cluster: cluster.name, audiences: [] };
  const facts = { version: 'v1.36.3', server: null, observed: 'live', execByGet: false } as const;
  yield* snapshot('Cluster', [clusterRecord({ ...cluster, ...facts, podSecurityDefault: 'privileged' })]);
  const objects = Map.groupBy(clusterObjects(of), ({ kind }) => kind);
  let count = 0;
  for (const kind of objectKinds) {
    const records = (objects.get(kind.kind) ?? []).flatMap((object): ObservedRecord[] => {
      const uid = `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`;
      const metadata = { ...object.metadata, uid, creationTimestamp: '2026-01-01T00:00:00Z' };
      const answered = JSON.parse(JSON.stringify({ ...object, metadata, status: { phase: 'Pending' } }));
      const { record } = mapObject(kind, answered, context);
      return record === null ? [] : [record];
    });
    yield* snapshot(kind.kind, records);
  }
}

function* snapshot(kind: string, records: readonly ObservedRecord[]): Iterable<Observation> {
  const extent = kubernetesExtent(kind);
  yield { type: 'snapshot', extent };
  for (let from = 0; from < records.length; from += pageSize) {
    yield { type: 'records', extent, records: records.slice(from, from + pageSize) };
  }
  yield { type: 'complete', extent };
}

interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly heldBytes: number;
  readonly fileBytes: number;
  readonly changes: number;
  readonly deltas: number;
}

async function run(): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const file = join(folder, 'portolan.db');
  const { store, records, close } = await openSqlite(file);
  const lease = await records.acquireLease({ tenant: 'bench', cluster: clusterId(cluster.key) }, 'bench', 600_000);
  if (!lease) throw new Error('an empty store has no leases');
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const observed = [...observations(size)];
  globalThis.gc?.();
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const writer = await PartitionWriter.open({ store, lease, clusterName: cluster.name, definitions });
  for (const observation of observed) writer.observe(observation);
  const commit = await writer.commit();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpuBefore);
  observed.length = 0;
  globalThis.gc?.();
  const heldBytes = process.memoryUsage().heapUsed - heapBefore;
  await close();
  const { size: fileBytes } = await stat(file);
  await rm(folder, { recursive: true });
  return {
    wallMs,
    cpuMs: (user + system) / 1000,
    heldBytes,
    fileBytes,
    changes: commit?.changes ?? 0,
    deltas: writer.version,
  };
}

const runs: Run[] = [];
for (let index = 0; index < Number(values.runs); index++) runs.push(await run());

const sorted = (of: (run: Run) => number): readonly number[] => runs.map(of).sort((a, b) => a - b);
const median = (of: (run: Run) => number): number => sorted(of)[runs.length >> 1] ?? 0;
const times = (of: (run: Run) => number): string =>
  `min ${sorted(of)[0]?.toFixed(0)} ms, median ${median(of).toFixed(0)} ms, max ${sorted(of).at(-1)?.toFixed(0)} ms`;
const bytes = (of: (run: Run) => number): string =>
  `${(median(of) / 1e6).toFixed(1)} MB, ${(median(of) / size.pods).toFixed(0)} bytes a pod with all that belongs to it`;
const [first] = runs;
console.log(
  `${size.pods} pods, ${size.nodes} nodes: ${first?.changes} changes in ${first?.deltas} deltas; ${runs.length} runs`,
);
console.log(`graph time  ${times(({ wallMs }) => wallMs)}`);
console.log(`graph CPU   ${times(({ cpuMs }) => cpuMs)}`);
if (globalThis.gc) console.log(`writer      ${bytes(({ heldBytes }) => heldBytes)}`);
console.log(`store       ${bytes(({ fileBytes }) => fileBytes)}`);
