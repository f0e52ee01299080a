/** A text of Sigma: `*` and `?` are wildcards, a backslash before one of the three takes them as they are. */
export type Pattern = readonly (string | typeof anyText | typeof anyCharacter)[];

export const anyText: unique symbol = Symbol('*');
export const anyCharacter: unique symbol = Symbol('?');

export function readPattern(text: string): Pattern {
  const parts: (string | typeof anyText | typeof anyCharacter)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    const next = text[at + 1] ?? '';
    if (character === '\\' && next !== '' && '\\*?'.includes(next)) {
      parts.push(next);
      at++;
    } else parts.push(character === '*' ? anyText : character === '?' ? anyCharacter : character);
  }
  return parts;
}

/** The pattern as fnmatch(3) takes it. */
export function globOf(pattern: Pattern): string {
  return pattern
    .map((part) => (part === anyText ? '*' : part === anyCharacter ? '?' : part.replace(/[\\*?[\]]/, '\\$&')))
    .join('');
}

/** The text of a pattern without wildcards; undefined of one that has some. */
export function plainText(pattern: Pattern): string | undefined {
  return pattern.every((part) => typeof part === 'string') ? pattern.join('') : undefined;
}
