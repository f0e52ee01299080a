/** Where something stands in a rule file. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/** Something a person should know of a rule file. An error refuses the item that it names; a warning refuses nothing. */
export interface Problem extends Place {
  readonly severity: 'error' | 'warning';
  /** Such as `rule "Shell in a container"`; empty for the file. */
  readonly item: string;
  readonly message: string;
}

/** `FILE:LINE:COLUMN: rule "NAME": what is wrong, and what was expected`, as compilers print it. */
export function problemText({ file, line, column, item, message, severity }: Problem): string {
  const what = severity === 'warning' ? 'warning: ' : '';
  return `${file}:${line}:${column}: ${what}${item === '' ? '' : `${item}: `}${message}`;
}

/** A text that knows where each of its characters stands in a file. */
export interface SourceText {
  readonly text: string;
  readonly place: (offset: number) => Place;
}

/** A character of a source text. */
export interface Mark {
  readonly source: SourceText;
  readonly offset: number;
}

/** What is wrong with a rule, at the character where it shows. */
export class RuleError extends Error {
  readonly mark: Mark;

  constructor(message: string, mark: Mark) {
    super(message);
    this.name = 'RuleError';
    this.mark = mark;
  }

  get place(): Place {
    return this.mark.source.place(this.mark.offset);
  }
}

/** A rule names what there is not: refused, unless it says `skip-if-unknown-filter`. */
export class UnknownFieldError extends RuleError {}

/** A rule that is not wrong, and that no event here can fulfil: left out, with a warning. */
export class LeftOutError extends RuleError {}
