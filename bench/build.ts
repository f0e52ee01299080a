/**
 * Builds the graph of a large cluster in an empty store: merged, derived and committed, from objects in memory. On SQLite,
 * then on Neo4j, there once as it has just been started and a few times more as another tenant's, with a warm JVM.
 *
 *   scripts/node bench/build.ts [--pods 10000] [--nodes 1000] [--runs 3]
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDumps } from '../collectors/kubernetes/offline/dump.ts';
import { chartDump } from '../gateway/fleet/chart-dump.ts';
import { clusterId } from '../graph/model/id.ts';
import { openNeo4j } from '../graph/store/neo4j/open.ts';
import type { OpenedStore } from '../graph/store/opened.ts';
import type { GraphStore } from '../graph/store/port.ts';
import { openSqlite } from '../graph/store/sqlite/open.ts';
import { sharedNeo4j } from '../test/testbed/neo4j.ts';
import { clusterObjects } from './cluster-objects.ts';

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '10000' },
    nodes: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '3' },
  },
});
const size = { pods: Number(values.pods), nodes: Number(values.nodes) };
const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...clusterObjects(size)] });

const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
await report('SQLite', await openSqlite(join(folder, 'portolan.db')));
await rm(folder, { recursive: true });

const { uri, auth } = await sharedNeo4j();
const neo4j = () => openNeo4j(uri, auth);
await report('Neo4j, as it was found', await neo4j());
for (let run = 1; run <= Number(values.runs); run++) await report(`Neo4j, warm, run ${run}`, await neo4j());
process.exit(); // the testbed's server ends with us

async function report(what: string, { store, records, close }: OpenedStore): Promise<void> {
  // Reading the objects is the collector's work, and not measured.
  for await (const dump of openDumps(['-'], { cluster: 'measured', stdin: ReadableStream.from([list]) })) {
    const partition = { tenant: `bench-${randomUUID()}`, cluster: clusterId(dump.cluster.key) };
    const lease = await records.acquireLease(partition, 'bench', 600_000);
    if (!lease) throw new Error('an empty store has no leases');
    const counted = counting(store);
    const cpu = process.cpuUsage();
    const started = performance.now();
    await chartDump(dump, counted, lease);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      `${what}: ${seconds.toFixed(2)} s for ${counted.changes()} changes, ${Math.round(counted.changes() / seconds)} a second; our own CPU ${((user + system) / 1e6).toFixed(2)} s`,
    );
  }
  await close();
}

function counting(store: GraphStore): Pick<GraphStore, 'apply' | 'scan'> & { changes(): number } {
  let changes = 0;
  return {
    changes: () => changes,
    scan: store.scan,
    apply(lease, expected, delta) {
      for (const part of [delta.nodes, delta.edges, delta.removedNodes, delta.removedEdges]) changes += part.length;
      return store.apply(lease, expected, delta);
    },
  };
}
