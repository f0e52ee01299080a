import { join } from 'node:path';
import { shownAddress } from '../../../graph/store/open.ts';
import { forgetCluster } from '../../fleet/forget-cluster.ts';
import { holdLease } from '../../fleet/hold-lease.ts';
import { holder } from '../../fleet/holder.ts';
import { CommandError, exitStatus } from '../errors.ts';
import { chartFiles } from './chart-files.ts';
import type { Session } from './session.ts';

const examples = join(import.meta.dirname, '../../../examples');
/** Under this name the records keep which clusters are the examples: what is made up must not stand beside what is real. */
const record = 'examples';

async function known({ settings, opened }: Session): Promise<readonly string[]> {
  return JSON.parse((await opened.records.value(settings.tenant, record)) ?? '[]') as readonly string[];
}

/** Charts the examples, unless the store holds anything else. */
export async function chartExamples(session: Session): Promise<void> {
  const { settings, terminal, opened } = session;
  const before = await known(session);
  const others = Object.keys(await opened.store.version(settings.tenant)).filter((id) => !before.includes(id));
  if (others.length > 0) {
    throw new CommandError(
      `${shownAddress(settings.store)} holds clusters of yours, beside which the examples will not be charted: name a reachable cluster with --kubeconfig, a dump, or another --store`,
      exitStatus.outside,
    );
  }
  terminal.err('Charting the examples instead; they are made up.\n');
  const clusters = await chartFiles([examples], session);
  await opened.records.putValue(settings.tenant, record, JSON.stringify(clusters.map(({ id }) => id)));
}

/** Drops the examples of an earlier start. */
export async function forgetExamples(session: Session): Promise<void> {
  const { settings, terminal, opened } = session;
  const { store, records } = opened;
  const ids = await known(session);
  for (const cluster of ids) {
    const onWait = (): void => terminal.err('another process charts the examples; waiting for it to end\n');
    await holdLease(records, { tenant: settings.tenant, cluster }, holder, terminal.signal, onWait, async (lease) => {
      await forgetCluster(store, lease);
    });
  }
  if (ids.length === 0) return;
  await records.putValue(settings.tenant, record, '[]');
  terminal.err('forgot the examples of an earlier start\n');
}
