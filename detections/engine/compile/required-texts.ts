const escapedLiteral = /[^\p{L}\p{N}]/u;

/**
 * Texts of which every match of a regular expression contains at least one; null where that is not plain to see. Whoever
 * looks for them first need not run most regular expressions. Texts are taken from the top level of each alternative only.
 */
export function requiredTexts(pattern: string): readonly string[] | null {
  const [flags = ''] = /^\(\?[a-zA-Z]+\)/.exec(pattern) ?? [];
  if (/[ix]/.test(flags)) return null;
  const alternatives = readAlternatives(pattern.slice(flags.length));
  return alternatives === null || alternatives.some((text) => text.length < 2) ? null : alternatives;
}

/** The longest text of each alternative. */
function readAlternatives(pattern: string): readonly string[] | null {
  const texts: string[] = [];
  let longest = '';
  let run = '';
  const end = (): void => {
    if (run.length > longest.length) longest = run;
    run = '';
  };
  for (let at = 0; at < pattern.length; ) {
    const character = pattern[at] as string;
    if (character === '|') {
      end();
      texts.push(longest);
      longest = '';
      at++;
      continue;
    }
    const token = tokenAt(pattern, at);
    if (token === null) return null;
    at += token.length;
    const [quantifier = ''] = /^(?:[*+?]|\{\d*,?\d*\})/.exec(pattern.slice(at)) ?? [];
    if (token.text === null || (quantifier !== '' && quantifier !== '+')) end();
    else run += token.text;
    if (quantifier === '+') end();
    at += quantifier.length;
    // Lazy and possessive quantifiers.
    if (quantifier !== '' && /[?+]/.test(pattern[at] ?? '')) at++;
  }
  end();
  return [...texts, longest];
}

/** A character, an escape, a class or a group: how long it is, and the text that it must be, if that is one. */
function tokenAt(pattern: string, at: number): { readonly length: number; readonly text: string | null } | null {
  const character = pattern[at] as string;
  if (character === '\\') {
    const escaped = pattern[at + 1] ?? '';
    return escapedLiteral.test(escaped) ? { length: 2, text: escaped } : null;
  }
  if (character === '[') {
    const [single, text = ''] = /^\[([^\\\]^[])\]/.exec(pattern.slice(at)) ?? [];
    if (single !== undefined) return { length: single.length, text };
    const [whole] = /^\[\^?\]?(?:\\.|[^\\\][])*\]/.exec(pattern.slice(at)) ?? [];
    return whole === undefined ? null : { length: whole.length, text: null };
  }
  if (character === '(') {
    const length = groupLength(pattern.slice(at));
    return length === null ? null : { length, text: null };
  }
  if ('.^$'.includes(character)) return { length: 1, text: null };
  return '*+?{})]'.includes(character) ? null : { length: 1, text: character };
}

function groupLength(text: string): number | null {
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const character = text[at] as string;
    if (character === '(') depth++;
    else if (character === ')') depth--;
    if (depth === 0) return at + 1;
    if ('()|*+?{}'.includes(character)) {
      const capturing = text[at + 1] !== '?' || text.startsWith('(?:', at);
      if (character === '(' && !capturing) return null; // may set flags
      at++;
      continue;
    }
    const token = tokenAt(text, at);
    if (token === null) return null;
    at += token.length;
  }
  return null;
}
