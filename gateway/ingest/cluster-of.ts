import type { GraphNode } from '../../graph/model/graph.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { later, RequestError } from '../errors.ts';

/** Finds the cluster of a name or id. Rejects with a RequestError where the tenant has none, or several. */
export type FindCluster = (name: string, tenant: string) => Promise<GraphNode>;

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
    const [cluster, ...others] = items.map(({ item }) => item);
    if (cluster === undefined || others.length > 0) {
      found.delete(key);
      const message = `No cluster ${JSON.stringify(name)} is charted here: name one that is, or wait until it is.`;
      throw new RequestError(503, 'UPSTREAM_UNAVAILABLE', message, later);
    }
    found.set(key, { cluster, until: now() + keptMs });
    return cluster;
  };
}
