import type { Field, Getter, Source, Value } from '../fields/field.ts';

/** A source whose fields are read once an event, however many checks ask: many rules ask for the same few. */
export function readingOnce<E>(source: Source<E>): Source<E> {
  const getters = new Map<string, Getter<E>>();
  const once = (field: Field<E>): Field<E> => ({
    ...field,
    getter(argument) {
      const key = JSON.stringify([field.name, argument]);
      let getter = getters.get(key);
      if (getter === undefined) {
        getter = remembering(field.getter(argument));
        getters.set(key, getter);
      }
      return getter;
    },
  });
  return {
    ...source,
    field(name) {
      const field = source.field(name);
      return field === undefined ? undefined : once(field);
    },
  };
}

function remembering<E>(get: Getter<E>): Getter<E> {
  let last = 0;
  let value: Value | undefined;
  return (event, turn) => {
    if (turn === last) return value;
    value = get(event, turn);
    last = turn;
    return value;
  };
}
