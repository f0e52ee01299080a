import type { AuditRecord } from '../../collectors/audit/event.ts';
import type { NodeEvent } from '../engine/fields/syscall.ts';
import type { Severity } from '../engine/severity.ts';

/** The release of ATT&CK that the ids of the rules belong to. */
export const attackVersion = '18.1';

interface Definition<Event> {
  /** What happened, as an alert is titled; unique and kept, since suppressions name it. Its slug is the name of the file. */
  readonly name: string;
  readonly severity: Severity;
  /** At least one. */
  readonly attack: readonly { readonly id: `T${string}`; readonly name: string }[];
  /** Why it matters, in two or three sentences. */
  readonly description: string;
  /** What to do when it fires. */
  readonly remediation: string;
  /** When it fires although nothing is wrong, and what to do about that. */
  readonly falsePositives: string;
  readonly references: readonly string[];
  /** In the rule language (docs/detections/language.md); may use the macros of macros.ts. */
  readonly condition: string;
  /** One line with fields: `%ka.user.name`. */
  readonly output: string;
  /** An event that fires it. */
  readonly fires: Event;
  /** The event closest to it that must not, as what differs from `fires`, and why it is harmless or another's business. */
  readonly nearMiss: { readonly because: string; readonly change: Partial<Event> };
}

/** A detection over audit events. */
export interface AuditDetection extends Definition<AuditRecord> {
  readonly source: 'k8s_audit';
}

/** A detection over node events. */
export interface NodeDetection extends Definition<NodeEvent> {
  readonly source: 'syscall';
}

export type Detection = AuditDetection | NodeDetection;

/** Declares a detection; everything that one must have is a required property. */
export function defineDetection<D extends Detection>(detection: D): D {
  return detection;
}

/** `Exec into a pod` as `exec-into-a-pod`: the file, and the page in docs/detections/rules. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
