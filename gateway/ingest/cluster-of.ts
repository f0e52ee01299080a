import type { GraphNode } from '../../graph/model/graph.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { GraphStore } from '../../graph/store/port.ts';

/** The cluster of this name or id; null where the tenant has none, or several. */
export async function clusterOf(
  name: string,
  tenant: string,
  store: Pick<GraphStore, 'find'>,
): Promise<GraphNode | null> {
  const filter = {
    or: [
      { field: 'id', in: [name] },
      { field: 'name', in: [name] },
    ],
  };
  const { items } = await store.find(wholeTenant(tenant), { kinds: ['Cluster'], filter, page: { first: 2 } });
  return items.length === 1 ? (items[0]?.item ?? null) : null;
}
