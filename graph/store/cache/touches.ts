import type { CommittedDelta } from '../../model/graph.ts';
import { wholeTenant } from '../../model/scope.ts';
import { shapeLimits } from '../check.ts';
import { allKinds } from '../field.ts';
import type { Direction, Page } from '../filter.ts';
import type { Branch, GraphStore, Tree } from '../port.ts';
import { endKey, nameOf, neighboursKey, short } from './keys.ts';
import type { Way } from './ways.ts';

/** Of a larger commit it is not asked what it touches. */
const mostChanges = 1_000;
/** How many neighbours of one node by one way are looked for. */
const mostNeighbours = 250;

/**
 * The keys that a commit touches; null for all there are. A node that changed may have come to match a filter, to stand
 * earlier in an order, or to be there at all, for those whose neighbour it is: the store is asked who they are.
 */
export async function touches(
  store: GraphStore,
  { partition: { tenant }, delta: { nodes, edges, removedNodes, removedEdges } }: CommittedDelta,
  ways: readonly Way[],
): Promise<readonly number[] | null> {
  if (nodes.length + edges.length + removedNodes.length + removedEdges.length > mostChanges) return null;
  const changed = [...nodes.map(({ id }) => id), ...removedNodes];
  const keys = new Set(changed);
  for (const { from, kind, to } of edges) {
    keys.add(neighboursKey(from, kind, 'out')).add(neighboursKey(to, kind, 'in'));
  }
  for (const id of removedEdges) keys.add(id);
  for (const id of [...removedNodes, ...removedEdges]) keys.add(endKey(nameOf(id)));
  for (const [kind, ids] of Map.groupBy(changed, nameOf)) {
    const near = await neighbours(
      store,
      tenant,
      ids,
      ways.filter((way) => way.kind === kind),
    );
    if (near === null) return null;
    for (const key of near) keys.add(key);
  }
  return Array.from(keys, short);
}

/** Those who have these nodes as neighbours by these ways; null when they are too many. */
async function neighbours(
  store: GraphStore,
  tenant: string,
  ids: readonly string[],
  ways: readonly Way[],
): Promise<readonly string[] | null> {
  if (ways.length === 0) return [];
  if (ways.length > shapeLimits.branches) return null;
  const branches = ways.map(({ relationship, direction }): Branch => {
    const back: Direction = direction === 'out' ? 'in' : 'out';
    const page = { relationships: [relationship], direction: back, kinds: allKinds, page: { first: mostNeighbours } };
    return { page, shape: { fields: [], branches: [] } };
  });
  const keys: string[] = [];
  for (const tree of await store.trees(wholeTenant(tenant), ids, { fields: [], branches })) {
    for (const [i, { relationship, direction }] of ways.entries()) {
      if (tree === null) break;
      const { items, hasNextPage } = tree.branches[i] as Page<Tree>;
      if (hasNextPage) return null;
      for (const { item } of items) keys.push(neighboursKey(item.node.id, relationship, direction));
    }
  }
  return keys;
}
