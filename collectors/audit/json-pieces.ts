/**
 * The JSON objects and arrays that stand in one text, side by side, as Firehose writes them. What stands between or after
 * them comes along, and is no JSON.
 */
export function* topLevelValues(text: string): Generator<string> {
  let start = 0;
  for (const { at, depth, character } of structure(text)) {
    if (depth !== 0 || (character !== '}' && character !== ']')) continue;
    yield text.slice(start, at + 1);
    start = at + 1;
  }
  const rest = text.slice(start);
  if (rest.trim() !== '') yield rest;
}

/** The JSON object that a text begins, with those of its members that are whole; null where there is none. */
export function wholeMembers(text: string): string | null {
  let end = -1;
  for (const { at, depth, character } of structure(text)) if (depth === 1 && character === ',') end = at;
  return end === -1 ? null : `${text.slice(0, end)}}`;
}

/** The brackets and commas outside of quotes, with the depth behind each. */
function* structure(text: string): Generator<{ at: number; depth: number; character: string }> {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if ('{[,]}'.includes(character)) {
      if (character === '{' || character === '[') depth++;
      else if (character !== ',') depth--;
      yield { at, depth, character };
    }
  }
}
