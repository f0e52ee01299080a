import type { NodeKind } from '../../model/kinds.ts';
import { shownKinds } from '../field.ts';
import type { Direction, Filter } from '../filter.ts';
import type { Branch, CountQuery, Shape } from '../port.ts';

/** How a tree leads to nodes of a kind. */
export interface Way {
  readonly relationship: string;
  readonly direction: Direction;
  readonly kind: NodeKind;
}

/** The query of a branch, whatever it is for. */
export function queryOf(branch: Branch): CountQuery {
  if ('count' in branch) return branch.count;
  return 'one' in branch ? branch.one : branch.page;
}

export const kindsOf = ({ kinds = [] }: CountQuery): readonly NodeKind[] => (kinds.length === 0 ? shownKinds : kinds);

/**
 * The ways of a shape; null for one whose trees rest on more than what they lead to: on all relationships, or, by a filter,
 * on neighbours of neighbours.
 */
export function waysOf({ branches }: Shape): readonly Way[] | null {
  const ways: Way[] = [];
  for (const branch of branches) {
    const query = queryOf(branch);
    const beneath = 'shape' in branch ? waysOf(branch.shape) : [];
    if (beneath === null || query.relationships.length === 0 || looksFurther(query.filter)) return null;
    const { relationships, direction } = query;
    const own = relationships.flatMap((relationship) =>
      kindsOf(query).map((kind) => ({ relationship, direction, kind })),
    );
    ways.push(...own, ...beneath);
  }
  return ways;
}

function looksFurther(filter: Filter | undefined): boolean {
  if (filter === undefined) return false;
  if ('and' in filter) return filter.and.some(looksFurther);
  if ('or' in filter) return filter.or.some(looksFurther);
  if ('not' in filter) return looksFurther(filter.not);
  return 'relationship' in filter;
}
