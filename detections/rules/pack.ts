import { stringify } from 'yaml';
import type { Priority } from '../engine/files/definitions.ts';
import type { RuleFile } from '../engine/load.ts';
import type { Severity } from '../engine/severity.ts';
import { type Detection, slug } from './define.ts';
import { detections } from './index.ts';
import { macros } from './macros.ts';

const priorities: Readonly<Record<Severity, Priority>> = {
  CRITICAL: 'critical',
  HIGH: 'error',
  MEDIUM: 'warning',
  LOW: 'notice',
  INFORMATIONAL: 'informational',
};

/** A detection as a rule of Falco's language. */
export function ruleYaml({ name, source, severity, attack, description, condition, output }: Detection): string {
  const rule = {
    rule: name,
    desc: description,
    source,
    condition: condition.replaceAll(/\s+/g, ' '),
    output,
    priority: priorities[severity].toUpperCase(),
    tags: ['portolan', ...attack.map(({ id }) => id)],
  };
  return stringify([rule], { lineWidth: 0 });
}

/** What our own rules have in common. */
export function macroFile(): RuleFile {
  const items = Object.entries(macros).map(([macro, condition]) => ({ macro, condition }));
  return { name: 'detections/rules/macros.ts', text: stringify(items, { lineWidth: 0 }) };
}

/** Our own rules, as rule files: the macros, then a file a detection. */
export function packFiles(): readonly RuleFile[] {
  return [
    macroFile(),
    ...detections.map((detection) => ({
      name: `detections/rules/${slug(detection.name)}.ts`,
      text: ruleYaml(detection),
    })),
  ];
}
