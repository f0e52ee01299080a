import type { AuditEvent, AuditRecord } from '../../collectors/audit/event.ts';
import type { AlertFields } from '../../graph/records/alerts/alert.ts';
import type { NodeEvent } from '../engine/fields/syscall.ts';
import type { Severity } from '../engine/severity.ts';
import type { GraphView, Named } from './graph-view.ts';

/** What a correlation found: an alert but for what its definition says of it. */
export interface Finding {
  readonly namespace: string | null;
  readonly output: string;
  readonly fields: AlertFields;
  /** The first is what it is worst for: how far one gets from there is what it is ranked by. */
  readonly subjects: readonly Named[];
}

/** An event, with the names of the rules that it fulfils. */
export interface Observed<Event> {
  readonly event: Event;
  readonly rules: readonly string[];
}

/**
 * Looks at the events of one cluster, in their order. What it remembers is bounded (see recent.ts), and gone after a restart.
 * Answers at once wherever it can: it is asked for every event.
 */
export type Watcher<Event> = (observed: Observed<Event>, view: GraphView) => Finding | null | Promise<Finding | null>;

/** A cluster as manifests (YAML), and what happens there. */
export interface History<Event> {
  readonly cluster: string;
  readonly events: readonly Event[];
}

interface Definition<Event, Raw> {
  /** What happened, as an alert is titled; unique, among the rules as well. Its slug is the name of the file. */
  readonly name: string;
  readonly severity: Severity;
  /** At least one, of the release of ATT&CK that the rules name. */
  readonly attack: readonly { readonly id: `T${string}`; readonly name: string }[];
  /** Why it matters, in two or three sentences. */
  readonly description: string;
  /** What it goes by: what is remembered, for how long, and what is asked of the graph. */
  readonly condition: string;
  readonly remediation: string;
  readonly falsePositives: string;
  readonly references: readonly string[];
  /** Starts to watch a cluster. */
  readonly watch: () => Watcher<Event>;
  /** The last event fires it, and no earlier one. */
  readonly fires: History<Raw>;
  /** The history closest to it that must not, as what differs from `fires`. */
  readonly nearMiss: { readonly because: string; readonly change: Partial<History<Raw>> };
}

/** A detection over several audit events, or an audit event and the graph. */
export interface AuditCorrelation extends Definition<AuditEvent, AuditRecord> {
  readonly source: 'k8s_audit';
  /** The events that it goes by, as a condition of the rule language: by it is told which sources cover it. */
  readonly needs: string;
  /** Waits for the graph to catch up with the event, aside from the stream: its alert comes some seconds later. */
  readonly patient?: boolean;
}

/** A detection over node events and the graph. */
export interface NodeCorrelation extends Definition<NodeEvent, NodeEvent> {
  readonly source: 'syscall';
}

export type Correlation = AuditCorrelation | NodeCorrelation;

/** Declares a correlation; everything that one must have is a required property. */
export function defineCorrelation<C extends Correlation>(correlation: C): C {
  return correlation;
}
