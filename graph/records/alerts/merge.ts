import { type Alert, type AlertEvent, alertId, type NewAlert, severities } from './alert.ts';
import { type Suppression, suppresses } from './suppression.ts';

/** The most nodes and steps that one alert is joined to. */
export const maxLinks = 100;

/**
 * What a commit of occurrences does to the alerts of a cluster: each alert once, with its state after all of them.
 * `open` are those not resolved, by key; `suppressions` those that have not run out.
 */
export function mergeAlerts(
  cluster: string,
  version: number,
  occurrences: readonly NewAlert[],
  open: ReadonlyMap<string, Alert>,
  suppressions: readonly Suppression[],
): readonly AlertEvent[] {
  const merged = new Map<string, Alert>();
  for (const occurrence of occurrences) {
    const before = merged.get(occurrence.key) ?? open.get(occurrence.key);
    const after = before ? repeat(before, occurrence) : begin(cluster, version, occurrence);
    merged.set(occurrence.key, after);
  }
  return [...merged].map(([key, alert]) => ({
    change: open.has(key) ? 'REPEATED' : 'RAISED',
    alert: { ...alert, suppressedBy: suppressions.find((suppression) => suppresses(suppression, alert))?.id ?? null },
  }));
}

function begin(cluster: string, version: number, { time, ...occurrence }: NewAlert): Alert {
  return {
    ...occurrence,
    id: alertId(cluster, occurrence.key, version),
    cluster,
    count: 1,
    firstSeen: time,
    lastSeen: time,
    state: 'OPEN',
    suppressedBy: null,
  };
}

function repeat(alert: Alert, { time, ...occurrence }: NewAlert): Alert {
  const latest = time >= alert.lastSeen ? occurrence : alert;
  const { output, fields, techniques } = latest;
  return {
    ...alert,
    output,
    fields,
    techniques,
    severity:
      severities[Math.max(...[alert, occurrence].map(({ severity }) => severities.indexOf(severity)))] ??
      alert.severity,
    subjects: union(alert.subjects, occurrence.subjects),
    proves: union(alert.proves, occurrence.proves),
    count: alert.count + 1,
    firstSeen: time < alert.firstSeen ? time : alert.firstSeen,
    lastSeen: time > alert.lastSeen ? time : alert.lastSeen,
  };
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].slice(0, maxLinks);
}
