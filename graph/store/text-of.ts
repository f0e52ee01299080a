const texts = new WeakMap<object, string>();

/** The JSON of what never changes: equal for equal questions, and made once for each object. */
export function textOf(thing: object): string {
  let text = texts.get(thing);
  if (text === undefined) {
    text = JSON.stringify(thing);
    texts.set(thing, text);
  }
  return text;
}
