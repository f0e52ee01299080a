/** A value, or the promise of one. What is at hand is passed on at once: of a hundred fields few need to wait. */
export type MaybePromise<T> = T | Promise<T>;

export function map<T, U>(value: MaybePromise<T>, then: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(then) : then(value);
}
