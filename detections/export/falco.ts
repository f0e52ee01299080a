import type { Value } from '../engine/fields/field.ts';
import type { Alert } from '../engine/rule.ts';
import type { Severity } from '../engine/severity.ts';

/** An alert as Falco writes it with `json_output`, which whatever reads Falco's alerts can take. */
export interface FalcoAlert {
  readonly hostname: string;
  readonly output: string;
  readonly output_fields: Readonly<Record<string, Value | null>>;
  readonly priority: string;
  readonly rule: string;
  readonly source: string;
  readonly tags: readonly string[];
  readonly time: string;
}

const priorities: Readonly<Record<Severity, string>> = {
  CRITICAL: 'Critical',
  HIGH: 'Error',
  MEDIUM: 'Warning',
  LOW: 'Notice',
  INFORMATIONAL: 'Informational',
};

/** @param hostname where the alert comes from, for alerts that do not say it themselves */
export function falcoAlert({ rule, severity, techniques, time, output, fields }: Alert, hostname: string): FalcoAlert {
  const priority = priorities[severity];
  const audit = Object.keys(fields).some((name) => /^(?:ka|jevt)\./.test(name));
  const host = fields['evt.hostname'];
  return {
    hostname: typeof host === 'string' ? host : hostname,
    output: `${time}: ${priority} ${output}`,
    output_fields: fields,
    priority,
    rule,
    source: audit ? 'k8s_audit' : 'syscall',
    tags: techniques,
    time,
  };
}
