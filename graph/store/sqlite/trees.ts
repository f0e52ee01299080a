import type { GraphNode } from '../../model/graph.ts';
import type { Scope } from '../../model/scope.ts';
import { checkBatch, checkShape, maxBatch } from '../check.ts';
import type { Page } from '../filter.ts';
import type { AdjacentQuery, CountQuery, Found, Neighbour, Shape, Tree } from '../port.ts';

interface Levels {
  nodes(scope: Scope, ids: readonly string[]): readonly (GraphNode | null)[];
  adjacent(scope: Scope, ids: readonly string[], query: AdjacentQuery): readonly Page<Neighbour>[];
  countAdjacent(scope: Scope, ids: readonly string[], query: CountQuery): readonly number[];
}

/** Reads nodes with all that hangs from them, level by level: within one thread a statement costs little. */
export function trees({ nodes, adjacent, countAdjacent }: Levels) {
  function grow(scope: Scope, roots: readonly GraphNode[], { branches }: Shape): readonly Tree[] {
    // One node may hang in many places.
    const byId = new Map(roots.filter(({ deletedAt }) => deletedAt === null).map((node) => [node.id, node]));
    const living = [...byId.keys()];
    const hanging = branches.map((branch): ReadonlyMap<string, Found> => {
      if ('count' in branch) return zip(living, (ids) => countAdjacent(scope, ids, branch.count));
      const query = 'page' in branch ? branch.page : { ...branch.one, order: { field: 'id' }, page: { first: 1 } };
      const pages = zip(living, (ids) => adjacent(scope, ids, query));
      const neighbours = [...pages.values()].flatMap(({ items }) => items.map(({ item }) => item.node));
      const below = grow(scope, neighbours, branch.shape).values();
      const planted = ({ items, hasNextPage }: Page<Neighbour>): Found => {
        const grown = items.map(({ cursor }) => ({ cursor, item: below.next().value as Tree }));
        return 'page' in branch ? { items: grown, hasNextPage } : (grown[0]?.item ?? null);
      };
      return new Map(Array.from(pages, ([id, page]) => [id, planted(page)]));
    });
    const none = branches.map((branch) =>
      'count' in branch ? 0 : 'one' in branch ? null : { items: [], hasNextPage: false },
    );
    const grown = new Map(
      Array.from(byId, ([id, node]) => [id, { node, branches: hanging.map((found) => found.get(id) as Found) }]),
    );
    return roots.map((node) => grown.get(node.id) ?? { node, branches: none });
  }

  return {
    trees(scope: Scope, ids: readonly string[], shape: Shape): readonly (Tree | null)[] {
      checkBatch(ids);
      checkShape(shape);
      const found = nodes(scope, ids);
      const grown = grow(
        scope,
        found.filter((node) => node !== null),
        shape,
      ).values();
      return found.map((node) => node && (grown.next().value as Tree));
    },
  };
}

/** The answers for these ids, asked for in batches of what one call may ask. */
function zip<T>(ids: readonly string[], read: (ids: readonly string[]) => readonly T[]): ReadonlyMap<string, T> {
  const answers = new Map<string, T>();
  for (let from = 0; from < ids.length; from += maxBatch) {
    const batch = ids.slice(from, from + maxBatch);
    read(batch).forEach((answer, i) => {
      answers.set(batch[i] as string, answer);
    });
  }
  return answers;
}
