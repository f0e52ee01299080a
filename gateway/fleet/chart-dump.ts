import type { Dump } from '../../collectors/kubernetes/offline/dump.ts';
import { edges as definitions } from '../../graph/edges/index.ts';
import { clusterId } from '../../graph/model/id.ts';
import type { GraphStore, Lease } from '../../graph/store/port.ts';
import { PartitionWriter } from '../../graph/writer/writer.ts';

/** Something in the input that could not be read; the rest was charted. */
export interface InputProblem {
  readonly place: string;
  readonly message: string;
}

export interface ChartedCluster {
  readonly id: string;
  readonly name: string;
  readonly problems: readonly InputProblem[];
  readonly skipped: ReadonlyMap<string, number>;
}

/** Charts one cluster of a dump into a store, under a lease on its partition. */
export async function chartDump(
  dump: Dump,
  store: Pick<GraphStore, 'apply' | 'scan'>,
  lease: (cluster: string) => Promise<Lease>,
): Promise<ChartedCluster> {
  const id = clusterId(dump.cluster.key);
  const writer = await PartitionWriter.open({
    store,
    lease: await lease(id),
    clusterName: dump.cluster.name,
    definitions,
  });
  const problems: InputProblem[] = [];
  for (const observation of dump.observations) {
    if (observation.type === 'problem') problems.push(observation);
    writer.observe(observation);
  }
  await writer.commit();
  return { id, name: dump.cluster.name, problems, skipped: dump.skipped };
}
