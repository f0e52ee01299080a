import type { Mark } from '../problem.ts';

export const numberOperators = ['<=', '<', '>=', '>'] as const;
export const textOperators = [
  '==',
  '=',
  '!=',
  'glob',
  'iglob',
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'regex',
] as const;
export const listOperators = ['intersects', 'in', 'pmatch'] as const;
export const modifiers = ['oneof', 'anyof', 'allof'] as const;
export const transformers = ['tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'] as const;

export type Operator = (typeof numberOperators | typeof textOperators | typeof listOperators)[number];
export type Modifier = (typeof modifiers)[number];
export type Transformer = (typeof transformers)[number];

/** `proc.aname[2]` */
export interface FieldReference {
  readonly kind: 'field';
  readonly name: string;
  readonly argument: string | null;
  readonly mark: Mark;
}

/** A text in a condition; a bare one (without quotes) may be the name of a list. */
export interface Literal {
  readonly kind: 'literal';
  readonly text: string;
  readonly bare: boolean;
  readonly mark: Mark;
}

/** `tolower(proc.name)`, `getopt(proc.args, "l:")[l]` */
export interface Transformation {
  readonly kind: 'transformation';
  readonly name: Transformer;
  readonly of: readonly (Operand | Literal)[];
  readonly argument: string | null;
  readonly mark: Mark;
}

/** What is compared. */
export type Operand = FieldReference | Transformation;

export interface LiteralList {
  readonly kind: 'list';
  readonly items: readonly Literal[];
  readonly mark: Mark;
}

/** `field exists` */
export interface ExistsCheck {
  readonly kind: 'exists';
  readonly left: Operand;
  readonly mark: Mark;
}

export interface Comparison {
  readonly kind: 'comparison';
  readonly left: Operand;
  readonly operator: Operator;
  /** With a modifier, the right side is a list and the operator is applied to its items. */
  readonly modifier: Modifier | null;
  readonly right: Literal | LiteralList | Operand;
  /** Of a list, its items are compared, and one that fits is enough. Conditions of Falco cannot say so; Sigma means it. */
  readonly items?: true;
  readonly mark: Mark;
}

export type Check = ExistsCheck | Comparison;

export interface Several {
  readonly kind: 'and' | 'or';
  readonly of: readonly Expression[];
}

export interface Negation {
  readonly kind: 'not';
  readonly of: Expression;
}

export interface MacroReference {
  readonly kind: 'macro';
  readonly name: string;
  readonly mark: Mark;
}

/** A condition as it is written. */
export type Expression = Check | Several | Negation | MacroReference;

/** A condition in which no macro is left. */
export type Resolved =
  | Check
  | { readonly kind: 'and' | 'or'; readonly of: readonly Resolved[] }
  | { readonly kind: 'not'; readonly of: Resolved };

export function isCheck(expression: Resolved): expression is Check {
  return expression.kind === 'exists' || expression.kind === 'comparison';
}
