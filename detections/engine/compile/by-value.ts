import type { Getter, Value } from '../fields/field.ts';
import type { Needed } from './needed.ts';

/** Conditions, by number, to be asked of events that have a value of a field. */
export interface Index<E> {
  readonly get: Getter<E>;
  readonly byValue: ReadonlyMap<Value, readonly number[]>;
}

/** Where to look for the conditions that an event can fulfil. */
export interface Indexed<E> {
  readonly indexes: readonly Index<E>[];
  /** Those that need no value in particular: to be asked of every event. */
  readonly always: readonly number[];
}

/** Puts each condition under the values that it needs of one field: of that which tells most, by the fewest values. */
export function indexed<E>(conditions: readonly ReadonlyMap<string, Needed<E>>[]): Indexed<E> {
  const indexes = new Map<string, { readonly get: Getter<E>; readonly byValue: Map<Value, number[]> }>();
  const always: number[] = [];
  for (const [at, needed] of conditions.entries()) {
    const [best] = [...needed.values()].sort(
      (one, other) => one.vague - other.vague || one.values.size - other.values.size,
    );
    if (best === undefined) {
      always.push(at);
      continue;
    }
    const index = indexes.get(best.name) ?? { get: best.get, byValue: new Map<Value, number[]>() };
    indexes.set(best.name, index);
    for (const value of best.values) {
      const under = index.byValue.get(value);
      if (under === undefined) index.byValue.set(value, [at]);
      else under.push(at);
    }
  }
  return { indexes: [...indexes.values()], always };
}
