import type { GraphNode } from '../../graph/model/graph.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { GraphStore } from '../../graph/store/port.ts';

/** Finds the cluster of a name or id; null where the tenant has none, or several. */
export type FindCluster = (name: string, tenant: string) => Promise<GraphNode | null>;

/** Senders come every second, and clusters hardly ever: one that was found is not looked for again for so long. */
const keptMs = 10_000;

export function clusterFinder(
  store: Pick<GraphStore, 'find'>,
  now: () => number = () => performance.now(),
): FindCluster {
  const found = new Map<string, { readonly cluster: GraphNode; readonly until: number }>();
  return async (name, tenant) => {
    const key = JSON.stringify([tenant, name]);
    const known = found.get(key);
    if (known !== undefined && now() < known.until) return known.cluster;
    const filter = {
      or: [
        { field: 'id', in: [name] },
        { field: 'name', in: [name] },
      ],
    };
    const { items } = await store.find(wholeTenant(tenant), { kinds: ['Cluster'], filter, page: { first: 2 } });
    const cluster = items.length === 1 ? (items[0]?.item ?? null) : null;
    if (cluster === null) found.delete(key);
    else found.set(key, { cluster, until: now() + keptMs });
    return cluster;
  };
}
