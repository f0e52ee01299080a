import type { Priority } from './files/definitions.ts';

export const severities = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof severities)[number];

/** Falco's eight priorities, which are those of syslog, as the severities of alerts (OCSF 1.8, severity_id). */
const ofPriority: Readonly<Record<Priority, Severity>> = {
  emergency: 'CRITICAL',
  alert: 'CRITICAL',
  critical: 'CRITICAL',
  error: 'HIGH',
  warning: 'MEDIUM',
  notice: 'LOW',
  informational: 'INFORMATIONAL',
  debug: 'INFORMATIONAL',
};

export function severityOf(priority: Priority): Severity {
  return ofPriority[priority];
}

/** Of a priority as Falco writes it in alerts, in any case; undefined where there is none such. */
export function severityOfFalco(priority: string): Severity | undefined {
  const name = priority.toLowerCase();
  if (name === 'info') return 'INFORMATIONAL';
  return Object.hasOwn(ofPriority, name) ? ofPriority[name as Priority] : undefined;
}

/** The ATT&CK ids among tags: T1611, T1059.004. */
export function techniquesOf(tags: readonly string[]): readonly string[] {
  return tags.filter((tag) => /^T\d{4}(\.\d{3})?$/.test(tag));
}
