/**
 * Charts a cluster from a real API server, and tells the time of the API from the time of the graph.
 *
 *   scripts/node bench/chart-cluster.ts [--pods 5000] [--nodes 500]
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { identifyCluster } from '../collectors/kubernetes/live/identify.ts';
import { watchCluster, watchedKinds } from '../collectors/kubernetes/live/watch-cluster.ts';
import { edges as definitions } from '../graph/edges/index.ts';
import { clusterId } from '../graph/model/id.ts';
import type { Observation } from '../graph/model/observation.ts';
import { openSqlite } from '../graph/store/sqlite/open.ts';
import { PartitionWriter } from '../graph/writer/writer.ts';
import { startKubernetes } from '../test/testbed/kubernetes.ts';
import { populate } from './populate.ts';
import { startProduct } from './product.ts';

const { values } = parseArgs({
  options: { pods: { type: 'string', default: '5000' }, nodes: { type: 'string', default: '500' } },
});
const size = { pods: Number(values.pods), nodes: Number(values.nodes) };

const kubernetes = await startKubernetes();
try {
  const objects = await populate(kubernetes, size);
  console.log(`real API server: ${size.pods} pods, ${size.nodes} nodes, ${objects} objects made`);

  // The API alone: everything listed, decoded and mapped, and nothing done with it.
  const cluster = await identifyCluster({ kubeconfig: kubernetes.kubeconfig });
  const config = { kubeconfig: kubernetes.kubeconfig, cluster };
  const observations: Observation[] = [];
  let started = performance.now();
  const stop = new AbortController();
  const complete = new Set<string>();
  for await (const observation of watchCluster(config, stop.signal)) {
    observations.push(observation);
    if (observation.type === 'complete') complete.add(observation.extent.kind);
    if (complete.size === watchedKinds.length) break;
  }
  stop.abort();
  const apiMs = performance.now() - started;

  // The graph alone: the same observations into an empty store, derived and committed.
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const file = join(folder, 'portolan.db');
  const { store, records, close } = await openSqlite(file);
  const lease = await records.acquireLease({ tenant: 'bench', cluster: clusterId(cluster.key) }, 'bench', 600_000);
  if (!lease) throw new Error('an empty store has no leases');
  started = performance.now();
  const writer = await PartitionWriter.open({ store, lease, clusterName: cluster.name, definitions });
  for (const observation of observations) writer.observe(observation);
  const commit = await writer.commit();
  const graphMs = performance.now() - started;
  await close();
  const bytes = (await stat(file)).size;
  await rm(folder, { recursive: true });
  observations.length = 0;

  const product = await startProduct(['--kubeconfig', kubernetes.kubeconfig]);
  try {
    const { now, peak } = await product.memory();
    console.log(`API time    ${apiMs.toFixed(0)} ms   (list, decode, map)`);
    console.log(
      `graph time  ${graphMs.toFixed(0)} ms   (merge, derive, commit: ${commit?.changes} changes; goal: under 3,000 ms at 5,000 pods)`,
    );
    console.log(
      `store       ${(bytes / 1e6).toFixed(1)} MB, ${(bytes / size.pods).toFixed(0)} bytes a pod with all that belongs to it`,
    );
    console.log(
      `product     charted ${(product.chartedMs / 1000).toFixed(2)} s after its start; resident ${now.toFixed(0)} MiB, peak ${peak.toFixed(0)} MiB (goal: under 500 MB)`,
    );
  } finally {
    await product.stop();
  }
} finally {
  await kubernetes.stop();
}
