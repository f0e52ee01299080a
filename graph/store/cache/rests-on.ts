import { edgeId } from '../../model/id.ts';
import type { Page } from '../filter.ts';
import type { CountQuery, Found, Shape, Tree } from '../port.ts';
import { endKey, neighboursKey, short } from './keys.ts';
import { kindsOf, queryOf } from './ways.ts';

/** What a living tree rests on: while no commit touches one of these keys, a store would answer the same. */
export function restsOn(tree: Tree, shape: Shape): ReadonlySet<number> {
  const keys = new Set<number>();
  walk(tree, shape);
  return keys;

  function walk({ node: { id }, branches }: Tree, shape: Shape): void {
    keys.add(short(id));
    for (const [i, branch] of shape.branches.entries()) {
      const query = queryOf(branch);
      for (const relationship of query.relationships) keys.add(short(neighboursKey(id, relationship, query.direction)));
      const found = branches[i] as Found;
      if ('count' in branch) {
        if (found !== 0) unseen(query);
      } else if ('one' in branch) {
        if (found !== null) step(id, query, found as Tree, branch.shape);
      } else {
        const { items, hasNextPage } = found as Page<Tree>;
        for (const { item } of items) step(id, query, item, branch.shape);
        if (hasNextPage) unseen(query);
      }
    }
  }

  function step(from: string, { relationships, direction }: CountQuery, tree: Tree, shape: Shape): void {
    const { id } = tree.node;
    for (const relationship of relationships) {
      keys.add(short(direction === 'out' ? edgeId(from, relationship, id) : edgeId(id, relationship, from)));
    }
    walk(tree, shape);
  }

  /** Some of these neighbours are not in the tree, and whether they end matters. */
  function unseen(query: CountQuery): void {
    for (const relationship of query.relationships) keys.add(short(endKey(relationship)));
    for (const kind of kindsOf(query)) keys.add(short(endKey(kind)));
  }
}
