import { type Mark, RuleError, type SourceText } from '../problem.ts';

// Blanks of the reference grammar (falcosecurity/libs, userspace/libsinsp/filter/parser.h).
const blanks = /[ \t\b\r\n]*/y;

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '/': '/',
  // The reference takes an escaped blank for a backslash, for the sake of rules that were once written so.
  ' ': '\\',
};

/** Reads a condition from left to right. The grammar decides at each place what may come, as the reference does. */
export class Scanner {
  readonly #source: SourceText;
  offset: number;

  constructor(source: SourceText, offset = 0) {
    this.#source = source;
    this.offset = offset;
  }

  get mark(): Mark {
    return { source: this.#source, offset: this.offset };
  }

  get done(): boolean {
    return this.offset >= this.#source.text.length;
  }

  fail(message: string, mark: Mark = this.mark): never {
    throw new RuleError(message, mark);
  }

  /** What stands here, for messages. */
  get found(): string {
    if (this.done) return 'the end of the condition';
    const [word = ''] = /^(?:[^\s()=,]+|.)/s.exec(this.#source.text.slice(this.offset, this.offset + 40)) ?? [];
    return `‘${word}’`;
  }

  /** Whether there was a blank. */
  skipBlanks(): boolean {
    return this.#match(blanks) !== '';
  }

  /** Takes a pattern, which must be sticky. */
  take(pattern: RegExp): string | null {
    return this.#match(pattern);
  }

  takeText(text: string): boolean {
    if (!this.#source.text.startsWith(text, this.offset)) return false;
    this.offset += text.length;
    return true;
  }

  /** Takes 'text' or "text". */
  takeQuoted(): string | null {
    const { text } = this.#source;
    const quote = text[this.offset];
    if (quote !== "'" && quote !== '"') return null;
    const start = this.mark;
    let value = '';
    for (let at = this.offset + 1; at < text.length; at++) {
      const character = text[at] as string;
      if (character === quote) {
        this.offset = at + 1;
        return value;
      }
      if (character !== '\\') {
        value += character;
        continue;
      }
      const escaped = text[++at] ?? '';
      const meant = escaped === quote ? quote : escapes[escaped];
      if (meant === undefined) {
        this.fail(
          `‘\\${escaped}’ is no escape in a text between ${quote}: expected \\${quote} \\\\ \\/ \\b \\f \\n \\r or \\t`,
          { source: this.#source, offset: at - 1 },
        );
      }
      value += meant;
    }
    return this.fail(`the ${quote} here is not closed: expected another ${quote}`, start);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.offset;
    const match = pattern.exec(this.#source.text);
    if (match === null) return null;
    this.offset += match[0].length;
    return match[0];
  }
}
