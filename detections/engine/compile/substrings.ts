/** Fewer are searched for one by one, which the machine does faster than we do. */
const worthAnAutomaton = 4;

/** Whether a text contains any of some, in one pass over it (Aho & Corasick 1975). */
export function containsAny(texts: readonly string[]): (text: string) => boolean {
  if (texts.includes('')) return () => true;
  if (texts.length < worthAnAutomaton || texts.some((text) => /[^\0-\x7f]/.test(text)))
    return (text) => texts.some((part) => text.includes(part));
  const classOf = new Uint8Array(128); // characters that no text has are all alike: 0
  let classes = 1;
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (classOf[code] === 0) classOf[code] = classes++;
    }
  }
  const { next, found } = automaton(texts, classOf, classes);
  return (text) => {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      state = code < 128 ? (next[state * classes + (classOf[code] as number)] as number) : 0;
      if (found[state] === 1) return true;
    }
    return false;
  };
}

/** The transitions of each state by class of character, and which states have seen a whole text. */
function automaton(
  texts: readonly string[],
  classOf: Uint8Array,
  classes: number,
): { readonly next: Int32Array; readonly found: Uint8Array } {
  const most = 1 + texts.reduce((sum, { length }) => sum + length, 0);
  const next = new Int32Array(most * classes);
  const found = new Uint8Array(most);
  let states = 1;
  for (const text of texts) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const slot = state * classes + (classOf[text.charCodeAt(at)] as number);
      if (next[slot] === 0) next[slot] = states++;
      state = next[slot] as number;
    }
    found[state] = 1;
  }
  // In order of depth, so that the state of the longest suffix is complete before it is asked.
  const suffix = new Int32Array(states);
  const queue = [...next.subarray(0, classes)].filter((state) => state !== 0);
  for (const state of queue) {
    const shorter = suffix[state] as number;
    if (found[shorter] === 1) found[state] = 1;
    for (let kind = 0; kind < classes; kind++) {
      const slot = state * classes + kind;
      const after = next[slot] as number;
      const otherwise = next[shorter * classes + kind] as number;
      if (after === 0) next[slot] = otherwise;
      else {
        suffix[after] = otherwise;
        queue.push(after);
      }
    }
  }
  return { next, found };
}
