import { stringify } from 'yaml';
import type { AuditEvent } from '../collectors/audit/event.ts';
import type { Behaviour } from './baselines/define.ts';
import type { Correlation } from './correlate/define.ts';
import { loadRules } from './engine/load.ts';
import type { Rule } from './engine/rule.ts';
import { macroFile } from './rules/pack.ts';

/** The audit events that correlations and behaviours go by, each as a rule of its name, whose coverage can be told. */
export function needsOf(
  correlations: readonly Correlation[],
  behaviours: readonly Behaviour[],
): readonly Rule<AuditEvent>[] {
  const needs = [
    ...correlations.flatMap((each) =>
      each.source === 'k8s_audit' ? [{ name: each.name, condition: each.needs }] : [],
    ),
    ...behaviours.flatMap(({ name, source, learns, condition }) =>
      source === 'k8s_audit' ? [{ name, condition: `(${learns}) and (${condition})` }] : [],
    ),
  ];
  const rules = needs.map(({ name, condition }) => ({
    rule: name,
    desc: name,
    source: 'k8s_audit',
    condition,
    output: name,
    priority: 'NOTICE',
  }));
  const { engines, problems } = loadRules([
    macroFile(),
    { name: 'detections/needs', text: stringify(rules, { lineWidth: 0 }) },
  ]);
  if (problems.length > 0) throw new Error(`what detections need cannot be read: ${JSON.stringify(problems)}`);
  return engines.k8s_audit.rules;
}
