/** JSON that notes which of its parts are read. */
export interface Traced {
  /** Reads as the original. */
  readonly view: unknown;
  /** What has been read through the view so far: the rest is left out, or empty where it holds a place in a list. */
  read(): unknown;
}

type Json = Readonly<Record<string, unknown>>;

export function trace(value: unknown): Traced {
  if (typeof value !== 'object' || value === null) return { view: value, read: () => value };
  const parts = new Map<string, Traced>();
  const view: unknown = new Proxy(value, {
    get(target, name) {
      const isPart =
        typeof name === 'string' && Object.hasOwn(target, name) && !(Array.isArray(target) && name === 'length');
      if (!isPart) return Reflect.get(target, name);
      const part = parts.get(name) ?? trace((target as Json)[name]);
      parts.set(name, part);
      return part.view;
    },
  });
  return {
    view,
    read() {
      const found = Array.from(parts, ([name, part]) => [name, part.read()] as const);
      if (!Array.isArray(value)) return Object.fromEntries(found);
      const list = value.map(empty);
      for (const [index, item] of found) list[Number(index)] = item;
      return list;
    },
  };
}

function empty(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return typeof value === 'object' && value !== null ? {} : null;
}

/** A map that notes which of its keys are asked for. */
export class TracedMap extends Map<string, string> {
  readonly #read = new Map<string, string>();

  override get(key: string): string | undefined {
    const value = super.get(key);
    if (value !== undefined) this.#read.set(key, value);
    return value;
  }

  override has(key: string): boolean {
    const found = super.has(key);
    if (found && !this.#read.has(key)) this.#read.set(key, '');
    return found;
  }

  /** The values that were asked for, and the keys of which only the presence was. */
  read(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#read);
  }

  // Whoever goes through all of it has read all of it.
  override entries(): MapIterator<[string, string]> {
    for (const key of super.keys()) this.get(key);
    return super.entries();
  }

  override [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  override keys(): MapIterator<string> {
    for (const key of super.keys()) this.has(key);
    return super.keys();
  }

  override values(): MapIterator<string> {
    this.entries();
    return super.values();
  }

  override forEach(each: (value: string, key: string, map: Map<string, string>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this);
  }
}
