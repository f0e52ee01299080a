import type { AuditEvent } from '../../collectors/audit/event.ts';
import { comparedOf } from './compile/compared.ts';
import { planner } from './compile/plan.ts';
import { coverageOf } from './coverage.ts';
import { createEngine, type Engine } from './engine.ts';
import type { Source } from './fields/field.ts';
import { isSourceName, sources } from './fields/sources.ts';
import type { NodeEvent } from './fields/syscall.ts';
import { Collector } from './files/collector.ts';
import type { RuleDefinition } from './files/definitions.ts';
import { readRuleFile } from './files/read-file.ts';
import { asTold } from './language/as-told.ts';
import { exceptedOperands, withExceptions } from './language/exceptions.ts';
import { parseCondition } from './language/parse-condition.ts';
import { type Resolver, resolver } from './language/resolve.ts';
import { outputTemplate } from './output.ts';
import { type Problem, RuleError, UnknownFieldError } from './problem.ts';
import { type Rule, ruleOf } from './rule.ts';
import { severityOf, techniquesOf } from './severity.ts';

/** A rule file: Falco's YAML. */
export interface RuleFile {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

export interface LoadedRules {
  readonly engines: { readonly syscall: Engine<NodeEvent>; readonly k8s_audit: Engine<AuditEvent> };
  /** Every rule that was taken, the disabled ones too, in the order of the files. */
  readonly rules: readonly (Rule<NodeEvent> | Rule<AuditEvent>)[];
  /** Rules that were not taken, as far as they could be read. */
  readonly refused: readonly RefusedRule[];
  /** What was refused and what is odd. The other rules are there all the same. */
  readonly problems: readonly Problem[];
}

export interface RefusedRule extends Pick<Rule<never>, 'name' | 'source' | 'severity' | 'techniques'> {
  readonly reason: string;
}

/** Reads rule files in their order: later ones may append to, override and replace what earlier ones define. */
export function loadRules(files: readonly RuleFile[]): LoadedRules {
  const collector = new Collector();
  for (const { name, text } of files) readRuleFile(name, text, collector);
  const names = resolver(collector);
  verifyMacros(collector, names);
  for (const { source, name, place } of collector.rules.values()) {
    if (isSourceName(source)) continue;
    const message = `unknown source ‘${source}’: there are ${Object.keys(sources).join(' and ')}; the rule is left out`;
    collector.report({ ...place, severity: 'warning', item: itemOf(name), message });
  }
  const compile = <E>(source: Source<E>): readonly Rule<E>[] => compileRules(source, collector, names);
  const [syscall, k8sAudit] = [compile(sources.syscall), compile(sources.k8s_audit)];
  const order = [...collector.rules.keys()];
  const taken = new Set([...syscall, ...k8sAudit].map(({ name }) => name));
  return {
    engines: { syscall: createEngine(sources.syscall, syscall), k8s_audit: createEngine(sources.k8s_audit, k8sAudit) },
    rules: [...syscall, ...k8sAudit].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
    refused: Array.from(collector.rules.values(), (definition) => definition)
      .filter(({ name }) => !taken.has(name))
      .map((definition) => refusedRule(definition, collector.problems)),
    problems: collector.problems,
  };
}

function refusedRule({ name, source, priority, tags }: RuleDefinition, problems: readonly Problem[]): RefusedRule {
  const reason = problems.find(({ item }) => item === itemOf(name))?.message ?? 'it was refused';
  return { name, source, severity: severityOf(priority), techniques: techniquesOf(tags), reason };
}

function itemOf(rule: string): string {
  return `rule "${rule}"`;
}

/** A macro is refused even if no rule uses it: whoever wrote it wants to know. */
function verifyMacros(collector: Collector, { resolve }: Resolver): void {
  for (const { name, condition } of [...collector.macros.values()]) {
    reporting(collector, `macro "${name}"`, () => resolve(parseCondition(condition)));
  }
}

function compileRules<E>(source: Source<E>, collector: Collector, { resolve }: Resolver): readonly Rule<E>[] {
  const { verify } = planner(source);
  const compile = (definition: RuleDefinition): Rule<E> => {
    const written = parseCondition(definition.condition);
    const condition = asTold(resolve(withExceptions(written, definition.exceptions)), source.toldAs);
    verify(condition);
    for (const operand of exceptedOperands(definition.exceptions)) comparedOf(operand, source);
    return ruleOf(definition, {
      condition,
      coverage: coverageOf(condition, source),
      output: outputTemplate(definition.output, source),
    });
  };
  return [...collector.rules.values()]
    .filter((definition) => definition.source === source.name)
    .flatMap((definition) => {
      const rule = reporting(
        collector,
        itemOf(definition.name),
        () => compile(definition),
        definition.skipIfUnknownField,
      );
      return rule === undefined ? [] : [rule];
    });
}

/** Undefined where the item is refused, which has been reported. */
function reporting<T>(collector: Collector, item: string, make: () => T, forgiving = false): T | undefined {
  if (collector.wasRefused(item)) return undefined;
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const severity = forgiving && error instanceof UnknownFieldError ? 'warning' : 'error';
    collector.report({ ...error.place, severity, item, message: error.message });
    return undefined;
  }
}
