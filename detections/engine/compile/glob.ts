/** One character of a pattern: itself, any (null), or one that a bracket expression takes. */
type Token = string | null | ((character: string) => boolean);

const star = Symbol('*');

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[a-z0-9]/i,
  alpha: /[a-z]/i,
  blank: /[ \t]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[0-9a-f]/i,
};

/**
 * A pattern as fnmatch(3) takes it, without flags: `*` and `?` take a slash, too. Time is at most that of pattern times text.
 */
export function globMatcher(pattern: string, ignoreCase = false): (text: string) => boolean {
  const folded = ignoreCase ? pattern.toLowerCase() : pattern;
  const matchesFolded = foldedMatcher(folded);
  return ignoreCase ? (text) => matchesFolded(text.toLowerCase()) : matchesFolded;
}

function foldedMatcher(pattern: string): (text: string) => boolean {
  const tokens = tokensOf(pattern);
  if (tokens.some((token) => token !== star && typeof token !== 'string')) return (text) => matches(tokens, text);
  const [first = '', ...more] = partsBetweenStars(tokens as readonly (string | typeof star)[]);
  const last = more.pop();
  if (last === undefined) return (text) => text === first;
  const least = first.length + last.length;
  return (text) => {
    if (text.length < least || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of more) {
      const found = text.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= text.length - last.length;
  };
}

/** The texts before, between and after the stars of a pattern that has nothing else: the usual form, and quickly found. */
function partsBetweenStars(tokens: readonly (string | typeof star)[]): readonly string[] {
  const parts = [''];
  for (const token of tokens) {
    if (token === star) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts;
}

/** Takes the shortest text for each `*` and comes back to the last one only: what earlier ones took need not change. */
function matches(tokens: readonly (Token | typeof star)[], text: string): boolean {
  let at = 0;
  let token = 0;
  let lastStar = -1;
  let resumeAt = 0;
  while (at < text.length) {
    const expected = tokens[token];
    if (expected === star) {
      lastStar = token++;
      resumeAt = at;
    } else if (token < tokens.length && takes(expected as Token, text[at] as string)) {
      token++;
      at++;
    } else if (lastStar !== -1) {
      token = lastStar + 1;
      at = ++resumeAt;
    } else {
      return false;
    }
  }
  while (tokens[token] === star) token++;
  return token === tokens.length;
}

function takes(token: Token, character: string): boolean {
  return token === null || (typeof token === 'string' ? token === character : token(character));
}

function tokensOf(pattern: string): readonly (Token | typeof star)[] {
  const tokens: (Token | typeof star)[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (character === '*') {
      if (tokens.at(-1) !== star) tokens.push(star);
    } else if (character === '?') tokens.push(null);
    else if (character === '\\' && at + 1 < pattern.length) tokens.push(pattern[++at] as string);
    else {
      const end = character === '[' ? bracketEnd(pattern, at) : -1;
      if (end === -1) tokens.push(character);
      else {
        tokens.push(bracket(pattern.slice(at + 1, end)));
        at = end;
      }
    }
  }
  return tokens;
}

/** Where the `]` of a bracket expression is; -1 where there is none, and `[` means itself. */
function bracketEnd(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern[at] === '!' || pattern[at] === '^') at++;
  if (pattern[at] === ']') at++;
  for (; at < pattern.length; at++) {
    if (pattern[at] === ']') return at;
    if (pattern.startsWith('[:', at)) {
      const close = pattern.indexOf(':]', at);
      if (close !== -1) at = close + 1;
    }
  }
  return -1;
}

function bracket(text: string): (character: string) => boolean {
  const negated = text.startsWith('!') || text.startsWith('^');
  const parts: ((character: string) => boolean)[] = [];
  for (let rest = negated ? text.slice(1) : text; rest !== ''; ) {
    const [named, name = ''] = /^\[:(\w+):\]/.exec(rest) ?? [];
    if (named !== undefined) {
      const known = classes[name];
      parts.push((character) => known?.test(character) ?? false);
      rest = rest.slice(named.length);
    } else if (rest.length >= 3 && rest[1] === '-') {
      const [from, , to] = rest as unknown as [string, string, string];
      parts.push((character) => character >= from && character <= to);
      rest = rest.slice(3);
    } else {
      const [only] = rest;
      parts.push((character) => character === only);
      rest = rest.slice(1);
    }
  }
  return (character) => parts.some((part) => part(character)) !== negated;
}
