import { globMatcher } from '../engine/compile/glob.ts';
import type { Resolved } from '../engine/language/ast.ts';
import { RuleError, type SourceText } from '../engine/problem.ts';
import { any } from './item.ts';

const token = /\s*(\(|\)|\||[^\s()|]+)/y;
const mostNested = 100;

/**
 * Parses a condition over selections: `selection and not 1 of filter_*`. `or` binds least, then `and`, then `not`.
 *
 * @throws RuleError at the word where something else was expected
 */
export function parseSigmaCondition(source: SourceText, selections: ReadonlyMap<string, Resolved>): Resolved {
  const { text } = source;
  const words: { readonly text: string; readonly offset: number }[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    words.push({ text: match[1] as string, offset: token.lastIndex - (match[1] as string).length });
  }
  let at = 0;
  const peek = (): string => words[at]?.text ?? '';
  const keyword = (): string => peek().toLowerCase();
  const fail = (expected: string): never => {
    const found = at < words.length ? `‘${peek()}’` : 'the end of the condition';
    throw new RuleError(`expected ${expected} and found ${found}`, { source, offset: words[at]?.offset ?? 0 });
  };

  function several(kind: 'and' | 'or', depth: number): Resolved {
    const part = (): Resolved => (kind === 'or' ? several('and', depth) : negation(depth));
    const of = [part()];
    while (keyword() === kind) {
      at++;
      of.push(part());
    }
    return any(of, kind);
  }

  function negation(depth: number): Resolved {
    let negated = false;
    while (keyword() === 'not') {
      at++;
      negated = !negated;
    }
    const of = primary(depth);
    return negated ? { kind: 'not', of } : of;
  }

  function primary(depth: number): Resolved {
    if (peek() === '(') {
      if (depth === mostNested) fail(`at most ${mostNested} parentheses in one another`);
      at++;
      const inner = several('or', depth + 1);
      if (peek() !== ')') fail('‘)’, ‘and’ or ‘or’');
      at++;
      return inner;
    }
    if (words[at + 1]?.text.toLowerCase() === 'of') return quantified();
    const selection = selections.get(peek());
    if (selection === undefined) return fail(`one of the selections ${[...selections.keys()].join(', ')}`);
    at++;
    return selection;
  }

  /** `1 of them`, `any of filter_*`, `all of selection*`. */
  function quantified(): Resolved {
    const how = keyword();
    if (!['1', 'any', 'all'].includes(how)) fail('‘1 of’, ‘any of’ or ‘all of’');
    at += 2;
    const which = peek();
    const names = [...selections.keys()].filter(which.toLowerCase() === 'them' ? isPublic : globMatcher(which));
    if (names.length === 0) fail(`‘them’ or the beginning of selections, such as ${[...selections.keys()][0]}*`);
    at++;
    return any(
      names.map((name) => selections.get(name) as Resolved),
      how === 'all' ? 'and' : 'or',
    );
  }

  if (words.length === 0) fail('a condition');
  const condition = several('or', 0);
  if (peek() === '|') fail('no aggregation here, but a correlation rule,');
  if (at < words.length) fail('‘and’, ‘or’ or the end of the condition');
  return condition;
}

/** What begins with an underscore is meant to be used by name only. */
function isPublic(name: string): boolean {
  return !name.startsWith('_');
}
