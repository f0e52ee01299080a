import type { Operator } from '../language/ast.ts';
import type { Mark, Place, SourceText } from '../problem.ts';

/** Falco's, from worst to least. */
export const priorities = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'informational',
  'debug',
] as const;
export type Priority = (typeof priorities)[number];

/** An item of a list, or a value of an exception. */
export interface ItemText {
  readonly text: string;
  readonly mark: Mark;
}

export interface ListDefinition {
  readonly name: string;
  readonly items: readonly ItemText[];
}

export interface MacroDefinition {
  readonly name: string;
  readonly condition: SourceText;
}

/** What an exception compares a field with. */
export type ExceptionValue = ItemText | readonly ItemText[];

/** `exceptions:` of a rule: what it must not fire on. */
export interface ExceptionDefinition {
  readonly name: string;
  readonly place: Place;
  /** Null where values are added to an exception that an earlier item defines. */
  readonly fields: ItemText | readonly ItemText[] | null;
  readonly operators: Operator | readonly Operator[] | null;
  /** Of a list of fields: tuples as long as it. Of a single field: what it may be. */
  readonly values: readonly ExceptionValue[];
}

export interface RuleDefinition {
  readonly name: string;
  readonly place: Place;
  readonly source: string;
  readonly condition: SourceText;
  readonly output: SourceText;
  readonly description: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly skipIfUnknownField: boolean;
  readonly exceptions: readonly ExceptionDefinition[];
}

/** Everything that rule files define, after appending and overriding. */
export interface Definitions {
  readonly lists: ReadonlyMap<string, ListDefinition>;
  readonly macros: ReadonlyMap<string, MacroDefinition>;
  readonly rules: ReadonlyMap<string, RuleDefinition>;
}
