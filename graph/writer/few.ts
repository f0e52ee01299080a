/**
 * A set that is mostly empty or of one: nothing, its only member, a list of a few, and a Set only past those. A Set of
 * one costs ten times the memory, and a list that grew by `push` has room for sixteen more. Members are no lists or Sets.
 */
export type Few<T extends object> = undefined | T | readonly T[] | Set<T>;

const mostListed = 16;

const nobody: readonly never[] = [];

export function members<T extends object>(few: Few<T>): Iterable<T> {
  if (few === undefined) return nobody;
  return isList(few) || isSet(few) ? few : [few];
}

export function sizeOf<T extends object>(few: Few<T>): number {
  if (few === undefined) return 0;
  if (isList(few)) return few.length;
  return isSet(few) ? few.size : 1;
}

export function includes<T extends object>(few: Few<T>, item: T): boolean {
  if (isList(few)) return few.includes(item);
  return isSet(few) ? few.has(item) : few === item;
}

/** With an item that is not yet in it. A Set is changed in place. */
export function including<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === undefined) return item;
  if (isSet(few)) return few.add(item);
  if (!isList(few)) return [few, item];
  return few.length < mostListed ? [...few, item] : new Set(few).add(item);
}

/** Without an item, if it was in it. A Set is changed in place. */
export function excluding<T extends object>(few: Few<T>, item: T): Few<T> {
  if (isList(few)) {
    const rest = few.filter((other) => other !== item);
    return rest.length > 1 ? rest : rest[0];
  }
  if (!isSet(few)) return few === item ? undefined : few;
  few.delete(item);
  return few.size === 0 ? undefined : few;
}

function isList<T extends object>(few: Few<T>): few is readonly T[] {
  return Array.isArray(few);
}

function isSet<T extends object>(few: Few<T>): few is Set<T> {
  return few instanceof Set;
}
