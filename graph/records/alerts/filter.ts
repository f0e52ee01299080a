import { type Alert, type AlertState, reachField, type Severity, severities } from './alert.ts';

/** Which alerts. All conditions that are given must hold; one of the entries of a list suffices. */
export interface AlertFilter {
  readonly ids?: readonly string[];
  readonly clusters?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly rules?: readonly string[];
  readonly states?: readonly AlertState[];
  readonly severityAtLeast?: Severity;
  readonly techniques?: readonly string[];
  /** Ids of nodes that it is about. */
  readonly subjects?: readonly string[];
  /** Steps that it proves. */
  readonly proves?: readonly string[];
  /** Last seen at this time or later, RFC 3339 in UTC with milliseconds. */
  readonly since?: string;
  /** First seen at this time or earlier. */
  readonly until?: string;
  /** Only suppressed ones, or only others. */
  readonly suppressed?: boolean;
}

export const alertOrders = ['lastSeen', 'firstSeen', 'severity', 'count', 'reach'] as const;
export type AlertOrderField = (typeof alertOrders)[number];

export const alertFacetFields = ['cluster', 'namespace', 'rule', 'severity', 'state', 'technique'] as const;
export type AlertFacetField = (typeof alertFacetFields)[number];

/** What an alert is ordered by, as stores keep it: a severity as its rank. */
export function orderValue(alert: Alert, field: AlertOrderField): string | number {
  if (field === 'reach') return reachOf(alert);
  return field === 'severity' ? severities.indexOf(alert.severity) : alert[field];
}

/** How near cluster-admin is to what an alert is about: 1 at no cost, less the more it costs, 0 where no way is known. */
export function reachOf({ fields }: Alert): number {
  const cost = fields[reachField];
  return typeof cost === 'number' && cost >= 0 ? 1 / (1 + cost) : 0;
}

/** What an alert is found by beside its columns, each as one text. */
export function alertTerms({ techniques, subjects, proves }: Alert): readonly string[] {
  return [...new Set([...techniques.map(term.technique), ...subjects.map(term.subject), ...proves.map(term.proof)])];
}

export const term = {
  technique: (id: string): string => `technique ${id}`,
  subject: (id: string): string => `subject ${id}`,
  proof: (edge: string): string => `proof ${edge}`,
} as const;

/** The lists of terms of which an alert must have one each. */
export function termsOf({ techniques, subjects, proves }: AlertFilter): readonly (readonly string[])[] {
  return [techniques?.map(term.technique), subjects?.map(term.subject), proves?.map(term.proof)].filter(
    (terms) => terms !== undefined,
  );
}

/** Whether an alert matches. The rule that stores express in their own language. */
export function matchesAlert(filter: AlertFilter, alert: Alert): boolean {
  const one = <T>(wanted: readonly T[] | undefined, value: T): boolean =>
    wanted === undefined || wanted.includes(value);
  const terms = new Set(alertTerms(alert));
  return (
    one(filter.ids, alert.id) &&
    one(filter.clusters, alert.cluster) &&
    (filter.namespaces === undefined || (alert.namespace !== null && filter.namespaces.includes(alert.namespace))) &&
    one(filter.rules, alert.rule) &&
    one(filter.states, alert.state) &&
    (filter.severityAtLeast === undefined ||
      severities.indexOf(alert.severity) >= severities.indexOf(filter.severityAtLeast)) &&
    termsOf(filter).every((wanted) => wanted.some((text) => terms.has(text))) &&
    (filter.since === undefined || alert.lastSeen >= filter.since) &&
    (filter.until === undefined || alert.firstSeen <= filter.until) &&
    (filter.suppressed === undefined || filter.suppressed === (alert.suppressedBy !== null))
  );
}
