import { openDumps } from '../../../collectors/kubernetes/offline/dump.ts';
import { clusterId } from '../../../graph/model/id.ts';
import { type ChartedCluster, chartDump } from '../../fleet/chart-dump.ts';
import { holdLease } from '../../fleet/hold-lease.ts';
import { holder } from '../../fleet/holder.ts';
import { reportProblems } from '../problems.ts';
import { reading } from '../reading.ts';
import { podSecurityLevel } from '../settings.ts';
import type { Session } from './session.ts';

/** Charts what lies in files into the store, each cluster under the lease on its partition. */
export async function chartFiles(
  paths: readonly string[],
  { settings, terminal, opened }: Session,
): Promise<readonly ChartedCluster[]> {
  const clusters: ChartedCluster[] = [];
  const { store, records } = opened;
  const { tenant, cluster: name } = settings;
  const { signal } = terminal;
  const options = {
    cluster: name,
    podSecurityDefault: podSecurityLevel(settings),
    signal,
    onProgress: reading(terminal),
  };
  for await (const dump of openDumps(paths, options)) {
    const started = performance.now();
    const partition = { tenant, cluster: clusterId(dump.cluster.key) };
    const onWait = (): void => terminal.err(`another process charts ${dump.cluster.name}; waiting for it to end\n`);
    await holdLease(records, partition, holder, signal, onWait, async (lease) => {
      clusters.push(await chartDump(dump, store, lease, signal));
    });
    const ms = Math.round(performance.now() - started);
    terminal.err(`charted ${dump.cluster.name} from ${dump.files} files in ${ms} ms\n`);
  }
  reportProblems(clusters, terminal);
  return clusters;
}
