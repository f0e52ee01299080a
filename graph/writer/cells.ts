/**
 * What derivations may look at, as cells that change: a space, such as `out RUNS_ON`, and a key within it, such as the
 * readable name of a pod. Two parts, so that the names that memory holds anyway serve as keys.
 */
export interface Cell {
  readonly space: string;
  readonly key: string;
}

function spaces(prefix: string): (kind: string) => string {
  const known = new Map<string, string>();
  return (kind) => {
    let space = known.get(kind);
    if (space === undefined) {
      space = `${prefix} ${kind}`;
      known.set(kind, space);
    }
    return space;
  };
}

const out = spaces('out');
const into = spaces('in');
const inNamespace = spaces('namespace');
const named = spaces('named');

/** The space of nodes, by their readable names. */
export const nodeSpace = 'node';

export const cell = {
  node: (ref: string): Cell => ({ space: nodeSpace, key: ref }),
  out: (ref: string, kind: string): Cell => ({ space: out(kind), key: ref }),
  in: (ref: string, kind: string): Cell => ({ space: into(kind), key: ref }),
  kind: (kind: string): Cell => ({ space: 'kind', key: kind }),
  namespace: (kind: string, namespace: string): Cell => ({ space: inNamespace(kind), key: namespace }),
  named: (kind: string, name: string): Cell => ({ space: named(kind), key: name }),
};

/** Sets of members by cell. Most have one member, which then stands for the set: a Set of one costs ten times the memory. */
export class CellIndex<T extends object | string> {
  readonly #spaces = new Map<string, Map<string, T | Set<T>>>();

  members({ space, key }: Cell): Iterable<T> {
    const held = this.#spaces.get(space)?.get(key);
    return held === undefined ? [] : held instanceof Set ? held : [held];
  }

  size({ space, key }: Cell): number {
    const held = this.#spaces.get(space)?.get(key);
    return held === undefined ? 0 : held instanceof Set ? held.size : 1;
  }

  /** Whether it was not yet there. */
  add({ space, key }: Cell, member: T): boolean {
    let sets = this.#spaces.get(space);
    if (!sets) {
      sets = new Map();
      this.#spaces.set(space, sets);
    }
    const held = sets.get(key);
    if (held === member) return false;
    if (held === undefined) sets.set(key, member);
    else if (!(held instanceof Set)) sets.set(key, new Set([held, member]));
    else if (held.has(member)) return false;
    else held.add(member);
    return true;
  }

  delete({ space, key }: Cell, member: T): void {
    const sets = this.#spaces.get(space);
    const held = sets?.get(key);
    if (held === member || (held instanceof Set && held.delete(member) && held.size === 0)) sets?.delete(key);
  }
}
