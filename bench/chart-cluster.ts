/**
 * Charts a cluster from a real API server, and tells the time of the API from the time of the graph.
 *
 *   scripts/node bench/chart-cluster.ts [--pods 10000] [--nodes 1000] [--store sqlite|neo4j] [--runs 3]
 *
 * The graph is charted so many times from the same observations, each into an empty tenant of the same store: the
 * first run finds nothing compiled, in Neo4j least of all. bench/graph.ts looks closer, without an API server.
 */
import { parseArgs } from 'node:util';
import { identifyCluster } from '../collectors/kubernetes/live/identify.ts';
import { watchCluster, watchedKinds } from '../collectors/kubernetes/live/watch-cluster.ts';
import { edges as definitions } from '../graph/edges/index.ts';
import { clusterId } from '../graph/model/id.ts';
import type { Observation } from '../graph/model/observation.ts';
import { PartitionWriter } from '../graph/writer/writer.ts';
import { startKubernetes } from '../test/testbed/kubernetes.ts';
import { populate } from './populate.ts';
import { startProduct } from './product.ts';
import { startStore } from './stores.ts';

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '10000' },
    nodes: { type: 'string', default: '1000' },
    store: { type: 'string', default: 'sqlite' },
    runs: { type: 'string', default: '3' },
  },
});
const size = { pods: Number(values.pods), nodes: Number(values.nodes) };
const runs = Number(values.runs);

const kubernetes = await startKubernetes();
const store = await startStore(values.store);
try {
  const objects = await populate(kubernetes, size);
  console.log(`real API server: ${size.pods} pods, ${size.nodes} nodes, ${objects} objects made; ${store.name}`);

  // The API alone: everything listed, decoded and mapped, and nothing done with it.
  const cluster = await identifyCluster({ kubeconfig: kubernetes.kubeconfig });
  const observations: Observation[] = [];
  const started = performance.now();
  const stop = new AbortController();
  const complete = new Set<string>();
  for await (const observation of watchCluster({ kubeconfig: kubernetes.kubeconfig, cluster }, stop.signal)) {
    observations.push(observation);
    if (observation.type === 'complete') complete.add(observation.extent.kind);
    if (complete.size === watchedKinds.length) break;
  }
  stop.abort();
  console.log(`API time    ${(performance.now() - started).toFixed(0)} ms   (list, decode, map)`);

  // The graph alone: merged, derived and committed.
  const times: { readonly wallMs: number; readonly cpuMs: number; readonly changes: number }[] = [];
  const opened = await store.open();
  for (let run = 0; run < runs; run++) {
    const partition = { tenant: `run-${run}`, cluster: clusterId(cluster.key) };
    const lease = await opened.records.acquireLease(partition, 'bench', 600_000);
    if (!lease) throw new Error('an empty tenant has no leases');
    const cpuBefore = process.cpuUsage();
    const started = performance.now();
    const writer = await PartitionWriter.open({ store: opened.store, lease, clusterName: cluster.name, definitions });
    for (const observation of observations) writer.observe(observation);
    const commit = await writer.commit();
    const { user, system } = process.cpuUsage(cpuBefore);
    times.push({
      wallMs: performance.now() - started,
      cpuMs: (user + system) / 1000,
      changes: commit?.changes ?? 0,
    });
  }
  await opened.close();
  observations.length = 0;
  const each = (of: 'wallMs' | 'cpuMs'): string => times.map((time) => time[of].toFixed(0)).join(', ');
  const goal = store.name === 'sqlite' ? 'under 5,000 ms' : 'under 20,000 ms once the JVM is warm';
  console.log(
    `graph time  ${each('wallMs')} ms   (merge, derive, commit: ${times[0]?.changes} changes; goal: ${goal})`,
  );
  console.log(`graph CPU   ${each('cpuMs')} ms   (all threads of this process)`);
  const stored = await store.size();
  if (stored !== null) {
    const bytes = (stored / runs / size.pods).toFixed(0);
    console.log(`store       ${(stored / runs / 1e6).toFixed(1)} MB, ${bytes} bytes a pod with all that belongs to it`);
  }

  const product = await startProduct(['--kubeconfig', kubernetes.kubeconfig], store);
  try {
    const { now, peak } = await product.memory();
    console.log(
      `product     charted ${(product.chartedMs / 1000).toFixed(2)} s after its start; resident ${now.toFixed(0)} MB, peak ${peak.toFixed(0)} MB (goal: under 700 MB)`,
    );
  } finally {
    await product.stop();
  }
} finally {
  await kubernetes.stop();
  await store.stop();
}
