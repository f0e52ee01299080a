/** A small seeded source of randomness for property tests: the same seed gives the same test. */
export interface Random {
  /** A whole number from 0 to n - 1. */
  integer(n: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  shuffle<T>(list: readonly T[]): T[];
  /** Up to `most` different members, in random order. */
  sample<T>(list: readonly T[], most: number): T[];
}

/** mulberry32: 32 bits of state, good enough to vary tests. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const integer = (n: number): number => Math.floor(next() * n);
  const shuffle = <T>(list: readonly T[]): T[] => {
    const copy = [...list];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = integer(i + 1);
      [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
    }
    return copy;
  };
  return {
    integer,
    chance: (probability) => next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new RangeError('cannot pick from an empty list');
      return list[integer(list.length)] as (typeof list)[number];
    },
    shuffle,
    sample: (list, most) => shuffle(list).slice(0, integer(most + 1)),
  };
}

/** The seeds a property test runs over: PORTOLAN_SEED alone when set, else `count` from the first. Print the failing one. */
export function seeds(count: number, first = 1): readonly number[] {
  const only = process.env.PORTOLAN_SEED;
  return only === undefined ? Array.from({ length: count }, (_, index) => first + index) : [Number(only)];
}
