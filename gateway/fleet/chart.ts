import { type Dump, type DumpOptions, openDumps } from '../../collectors/kubernetes/offline/dump.ts';
import type { GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { clusterId } from '../../graph/model/id.ts';
import { type EphemeralStore, ephemeralStore } from '../../graph/store/ephemeral.ts';
import { type ChartedCluster, chartDump } from './chart-dump.ts';

/** Clusters charted from a dump, in memory. */
export interface Chart {
  readonly clusters: readonly ChartedCluster[];
  readonly store: EphemeralStore;
  /** Of all clusters; a shared node once. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: readonly GraphEdge[];
}

export const chartTenant = 'default';

/** Charts files, folders or standard input in memory. Throws DumpError where there is nothing to read. */
export function chart(paths: readonly string[], options: DumpOptions = {}): Promise<Chart> {
  return chartDumps(openDumps(paths, options), options.signal);
}

/** Charts dumps in memory, each as a cluster. */
export async function chartDumps(dumps: AsyncIterable<Dump>, signal?: AbortSignal): Promise<Chart> {
  const store = ephemeralStore();
  const clusters: ChartedCluster[] = [];
  for await (const dump of dumps) {
    const partition = { tenant: chartTenant, cluster: clusterId(dump.cluster.key) };
    clusters.push(await chartDump(dump, store, { partition, holder: 'chart', token: 1 }, signal));
  }
  const contents = clusters.map(({ id }) => store.contents(id));
  return {
    clusters,
    store,
    nodes: new Map(contents.flatMap(({ nodes }) => [...nodes])),
    edges: contents.flatMap(({ edges }) => [...edges.values()]),
  };
}
