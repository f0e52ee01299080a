import type { NodeKind } from '../model/kinds.ts';
import type { ClaimPlace } from '../model/scope.ts';

/** Everything that decides who may see a node: its kind, and where its claims lie. */
export interface Placement {
  readonly kind: NodeKind;
  readonly places: readonly ClaimPlace[];
}

/**
 * Placements by number. A tenant has about as many as it has namespaces times kinds, so a query judges each
 * at most once and then sees a node by one look into an array.
 */
export class Placements {
  /** By number. Number 0 is that of a node which is not there: it has no claims, so nobody sees it. */
  readonly list: Placement[] = [{ kind: 'Internet', places: [] }];
  readonly #numbers = new Map<string, number>();

  number(kind: NodeKind, places: readonly ClaimPlace[]): number {
    const sorted = places.map(({ cluster, namespace }) => JSON.stringify([cluster, namespace])).sort();
    const key = `${kind} ${sorted.join(' ')}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.list.push({ kind, places }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}

/** The placement of a node that is not there. */
export const absent = 0;
