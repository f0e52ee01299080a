import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDumps } from '../../collectors/kubernetes/offline/dump.ts';
import { chartDump } from '../../gateway/fleet/chart-dump.ts';
import { clusterId } from '../../graph/model/id.ts';
import type { House } from '../gateway/testbed.ts';

/** Charts manifests as a cluster of this name into a house, and returns its id once the paths know it. */
export async function chartManifests(house: House, name: string, yaml: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-history-'));
  try {
    // Something must be there for there to be a cluster.
    const namespace = `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n---\n`;
    writeFileSync(join(folder, 'cluster.yaml'), `${namespace}${yaml}`);
    for await (const dump of openDumps([join(folder, 'cluster.yaml')], { cluster: name })) {
      const partition = { tenant: house.tenant, cluster: clusterId(dump.cluster.key) };
      const lease = await house.records.acquireLease(partition, 'test', 60_000);
      if (lease === null) throw new Error(`the lease on ${name} is held`);
      const charted = await chartDump(dump, house.store, lease, new AbortController().signal);
      await house.records.releaseLease(lease);
      if (charted.problems.length > 0) throw new Error(JSON.stringify(charted.problems));
      await (await house.paths(house.tenant)).reached(
        await house.store.version(house.tenant),
        AbortSignal.timeout(10_000),
      );
      return partition.cluster;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  throw new Error(`${name} is empty`);
}
