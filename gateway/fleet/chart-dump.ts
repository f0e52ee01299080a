import { breather } from '../../collectors/kubernetes/offline/breather.ts';
import type { Dump } from '../../collectors/kubernetes/offline/dump.ts';
import { edges as definitions } from '../../graph/edges/index.ts';
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

/** Charts one cluster of a dump into a store, under the lease on its partition, `clusterId(dump.cluster.key)`. */
export async function chartDump(
  dump: Dump,
  store: Pick<GraphStore, 'apply' | 'scan'>,
  lease: Lease,
  signal?: AbortSignal,
): Promise<ChartedCluster> {
  const writer = await PartitionWriter.open({
    store,
    lease,
    clusterName: dump.cluster.name,
    definitions,
  });
  const breathe = breather(signal);
  const problems: InputProblem[] = [];
  for (const observation of dump.observations) {
    if (observation.type === 'problem') problems.push(observation);
    if (observation.type === 'unreadable')
      problems.push({ place: observation.extent.kind, message: observation.message });
    writer.observe(observation);
    await breathe();
  }
  await writer.commit();
  return { id: lease.partition.cluster, name: dump.cluster.name, problems, skipped: dump.skipped };
}
