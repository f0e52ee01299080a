import { forgetCluster } from '../../fleet/forget-cluster.ts';
import { holdLease } from '../../fleet/hold-lease.ts';
import { holder } from '../../fleet/holder.ts';
import { forgetLearnt } from '../../ingest/learnt.ts';
import type { Run } from '../command.ts';
import { CommandError, exitStatus } from '../errors.ts';
import { openStoreOf } from '../open-store.ts';
import { storedChart } from '../stored-chart.ts';

export const run: Run = async (settings, names, terminal) => {
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) throw new CommandError('name one cluster');
  const stored = await storedChart(settings);
  await stored.close();
  const known = stored.clusters.filter((cluster) => cluster.name === name || cluster.id === name);
  const [cluster] = known;
  if (!cluster)
    throw new CommandError(
      `there is no cluster ${name}; there are: ${stored.clusters.map((held) => held.name).join(', ') || 'none'}`,
    );
  if (known.length > 1)
    throw new CommandError(
      `several clusters are named ${name}; name one by id: ${known.map(({ id }) => id).join(', ')}`,
    );
  const { store, records, close } = await openStoreOf(settings);
  try {
    const partition = { tenant: settings.tenant, cluster: cluster.id };
    const onWait = (): void =>
      terminal.err(`another process charts ${name}, or did until a moment ago; waiting for it to end\n`);
    await holdLease(records, partition, holder, terminal.signal, onWait, async (lease) => {
      terminal.err(`forgot ${name}: ${await forgetCluster(store, lease)} nodes\n`);
      await forgetLearnt(records, settings.tenant, cluster.id);
    });
    return exitStatus.done;
  } finally {
    await close();
  }
};
