import type { Coverage } from './coverage.ts';
import type { Source, Value } from './fields/field.ts';
import type { Priority, RuleDefinition } from './files/definitions.ts';
import type { Resolved } from './language/ast.ts';
import type { OutputTemplate } from './output.ts';
import { type Severity, severityOf, techniquesOf } from './severity.ts';

/** A rule that can be evaluated. */
export interface Rule<E> {
  readonly name: string;
  readonly source: string;
  readonly description: string;
  readonly priority: Priority;
  readonly severity: Severity;
  readonly tags: readonly string[];
  /** ATT&CK ids. */
  readonly techniques: readonly string[];
  readonly enabled: boolean;
  readonly coverage: Coverage;
  readonly condition: Resolved;
  readonly output: OutputTemplate<E>;
}

/** A rule that fired. */
export interface Alert {
  readonly rule: string;
  readonly severity: Severity;
  /** ATT&CK ids. */
  readonly techniques: readonly string[];
  /** Of the event: RFC 3339. */
  readonly time: string;
  readonly output: string;
  /** Those of the output; null where the event has none. */
  readonly fields: Readonly<Record<string, Value | null>>;
}

export function alertOf<E>(rule: Rule<E>, event: E, turn: number, source: Source<E>): Alert {
  const { name, severity, techniques } = rule;
  const { text, fields } = rule.output.render(event, turn);
  return { rule: name, severity, techniques, time: source.time(event), output: text, fields };
}

export function ruleOf<E>(
  definition: RuleDefinition,
  compiled: Pick<Rule<E>, 'condition' | 'coverage' | 'output'>,
): Rule<E> {
  const { name, source, description, priority, tags, enabled } = definition;
  const severity = severityOf(priority);
  return { name, source, description, priority, severity, tags, techniques: techniquesOf(tags), enabled, ...compiled };
}
