import { recordId } from '../../model/id.ts';
import type { Scope } from '../../model/scope.ts';
import { grantOn } from '../../model/scope.ts';

/** From the least to the worst. */
export const severities = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof severities)[number];

export const alertStates = ['OPEN', 'ACKNOWLEDGED', 'RESOLVED'] as const;
export type AlertState = (typeof alertStates)[number];

/** The field of an alert that says at what cost its subject reaches cluster-admin; null or none where it does not. */
export const reachField = 'portolan.reach.clusterAdminCost';

export type AlertFields = Readonly<Record<string, string | number | boolean | null>>;

/** Where something lies, as far as seeing it is concerned; a namespace of null is the whole cluster. */
export interface Place {
  readonly cluster: string;
  readonly namespace: string | null;
}

/** One occurrence, as records take it. Node ids need not be of nodes that are there: events may outrun the graph. */
export interface NewAlert {
  /** Occurrences with the same key, in the same cluster, are one alert until it is resolved. */
  readonly key: string;
  /** Where it happened; null for something of the whole cluster. Callers of this namespace see it. */
  readonly namespace: string | null;
  readonly rule: string;
  readonly severity: Severity;
  /** Ids of ATT&CK techniques. */
  readonly techniques: readonly string[];
  /** When it happened, RFC 3339 in UTC with milliseconds. */
  readonly time: string;
  readonly output: string;
  readonly fields: AlertFields;
  /** Ids of the nodes that it is about. */
  readonly subjects: readonly string[];
  /** The steps that it proves to be taken, each as the id of an edge from where it starts to where it ends; see `edgeId`. */
  readonly proves: readonly string[];
}

/** Occurrences that are one, with what became of them. Text, fields and techniques are those of the latest. */
export interface Alert extends Place, Omit<NewAlert, 'time'> {
  readonly id: string;
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly state: AlertState;
  /** The suppression that keeps it quiet; null for none. */
  readonly suppressedBy: string | null;
}

/** What happened to an alert. */
export const alertChanges = ['RAISED', 'REPEATED', 'ACKNOWLEDGED', 'RESOLVED'] as const;
export type AlertChange = (typeof alertChanges)[number];

/** A change of an alert, with its state after it. */
export interface AlertEvent {
  readonly change: AlertChange;
  readonly alert: Alert;
}

/** The id of an alert, by the commit that opened it. */
export function alertId(cluster: string, key: string, version: number): string {
  return recordId('Alert', [cluster, key, String(version)]);
}

/** Whether what lies at a place may be seen. The one rule for records; stores express it in their own language. */
export function mayReadPlace(scope: Scope, { cluster, namespace }: Place): boolean {
  const grant = grantOn(scope, cluster);
  return grant === 'all' || (grant !== undefined && namespace !== null && grant.includes(namespace));
}
