import { existsSync } from 'node:fs';
import type { GraphNode } from '../../graph/model/graph.ts';
import { isServerAddress } from '../../graph/store/open.ts';
import { CommandError } from './errors.ts';
import { openStoreOf } from './open-store.ts';
import type { Settings } from './settings.ts';

/** What the store holds: its clusters, and every living node. */
export async function storedChart(settings: Settings) {
  const { store: address, tenant } = settings;
  if (!isServerAddress(address) && !existsSync(address)) {
    throw new CommandError(
      `there is no store at ${address}: run portolan up first, or name a dump: portolan paths DIR`,
    );
  }
  const { store, close } = await openStoreOf(settings);
  const nodes = new Map<string, GraphNode>();
  const { batches } = await store.scan(tenant);
  for await (const batch of batches) {
    if ('nodes' in batch) for (const node of batch.nodes) nodes.set(node.id, node);
  }
  const clusters = Iterator.from(nodes.values())
    .filter(({ kind }) => kind === 'Cluster')
    .map(({ id, name }) => ({ id, name }))
    .toArray();
  return { store, clusters, nodes, tenant, close };
}
