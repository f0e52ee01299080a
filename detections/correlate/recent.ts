/** Values by key, each for some time, at most so many. */
export interface Recent<Value> {
  get(key: string, now: number): Value | undefined;
  /** Keeps it from now on; the key longest without a `set` goes where there are too many. */
  set(key: string, value: Value, now: number): void;
  delete(key: string): void;
}

/**
 * Memory for what happened lately. `now` is the time of the event, in milliseconds: a recording is judged as it would
 * have been when it was made.
 */
export function recent<Value>(ttlMs: number, most = 10_000): Recent<Value> {
  const held = new Map<string, { readonly value: Value; readonly at: number }>();
  return {
    get(key, now) {
      const found = held.get(key);
      if (found === undefined || now - found.at > ttlMs) return undefined;
      return found.value;
    },
    set(key, value, now) {
      held.delete(key);
      held.set(key, { value, at: now });
      if (held.size > most) held.delete(held.keys().next().value as string);
    },
    delete(key) {
      held.delete(key);
    },
  };
}
