import { createHash, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { pause } from '../../collectors/audit/pause.ts';
import type { Alert } from '../../detections/engine/rule.ts';
import { AlertRefused } from '../../detections/export/webhook.ts';
import type { AlertEvent, Alert as Recorded } from '../../graph/records/alerts/alert.ts';
import type { AlertRecords, Position, Positions } from '../../graph/records/alerts/port.ts';
import type { Records } from '../../graph/records/port.ts';
import { StoreError } from '../../graph/store/errors.ts';
import { holdLease } from '../fleet/hold-lease.ts';
import { holder } from '../fleet/holder.ts';

/** What became of alerts since the process started. */
export interface SentAlerts {
  taken: number;
  /** Passed over, since they were refused time and again. */
  skipped: number;
}

export interface SendAlertsOptions {
  readonly alerts: Pick<AlertRecords, 'reached' | 'changes'>;
  readonly records: Records;
  readonly tenant: string;
  /** Where they go: how far it has got is recorded under its hash, since it may hold a secret. */
  readonly place: string;
  /** Resolves when an alert is there, and rejects where it cannot get there: with AlertRefused where it never will. */
  readonly put: (alert: Alert) => Promise<void>;
  readonly logger: Logger;
  /** Counted up. */
  readonly sent: SentAlerts;
  /** The first and the longest wait until it is tried again, in milliseconds. */
  readonly backoffMs?: readonly [number, number];
}

/** After a crash what was sent within so long goes out again. */
const recordMs = 1_000;
/** How often an alert is refused until those after it go on without it. */
const mostRefusals = 3;

/**
 * Sends each alert that is raised, or raised again, and not suppressed, in the order of its cluster, until the signal is
 * aborted: each once, again after a crash. It begins with those raised from its first start on. What the place does not take
 * waits, as long as the log of alerts holds it; what it refuses for what it is is passed over after three times. Of several processes with the same store one sends.
 */
export async function sendAlerts(options: SendAlertsOptions, signal: AbortSignal): Promise<void> {
  const { records, tenant, place, logger, backoffMs: [first, longest] = [1_000, 60_000] } = options;
  const name = `alerts to ${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;
  const onWait = (): void => logger.info('another process sends the alerts');
  let failures = 0;
  const refusals = new Map<string, number>();
  while (!signal.aborted) {
    try {
      await holdLease(records, { tenant, cluster: name }, `${holder}, ${randomUUID()}`, signal, onWait, (_, held) =>
        send(options, name, held, refusals, () => {
          failures = 0;
        }),
      );
    } catch (err) {
      if (signal.aborted) return;
      logger.error({ err }, 'alerts cannot be sent; trying again');
      await pause(Math.min(longest, first * 2 ** Math.min(failures++, 20)), signal);
    }
  }
}

async function send(
  { alerts, records, tenant, put, logger, sent }: SendAlertsOptions,
  name: string,
  signal: AbortSignal,
  refusals: Map<string, number>,
  onSent: () => void,
): Promise<void> {
  const recorded = await records.value(tenant, name);
  const from: Positions = recorded === null ? (await alerts.reached(tenant)).last : JSON.parse(recorded);
  const reached: Record<string, Position> = { ...from };
  const record = (): Promise<void> => records.putValue(tenant, name, JSON.stringify(reached));
  if (recorded === null) await record();
  let recordedAt = performance.now();
  /** Rejects until it was refused often enough. */
  async function putOne(alert: Recorded, key: string): Promise<void> {
    try {
      await put(asDetected(alert));
      sent.taken++;
    } catch (err) {
      if (!(err instanceof AlertRefused)) throw err;
      const times = (refusals.get(key) ?? 0) + 1;
      refusals.set(key, times);
      if (times < mostRefusals) throw err;
      sent.skipped++;
      logger.error(
        { err, alert: alert.id, rule: alert.rule },
        'an alert was refused time and again: going on without it',
      );
    }
    refusals.delete(key);
  }
  try {
    for await (const { cluster, position, body } of alerts.changes(tenant, from, signal)) {
      const { change, alert } = JSON.parse(body) as AlertEvent;
      const isNews = change === 'RAISED' || change === 'REPEATED';
      if (isNews && alert.suppressedBy === null) await putOne(alert, `${cluster} ${JSON.stringify(position)}`);
      onSent();
      reached[cluster] = position;
      if (performance.now() - recordedAt < recordMs) continue;
      await record();
      recordedAt = performance.now();
    }
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'VERSION_EXPIRED')) throw error;
    logger.error('alerts were dropped from the log before they could be sent: going on with those that are there');
    Object.assign(reached, (await alerts.reached(tenant)).floor);
  } finally {
    await record();
  }
}

/** The latest occurrence of an alert, with what tells which alert that is. */
function asDetected({ rule, severity, techniques, lastSeen, output, fields, id, count, cluster }: Recorded): Alert {
  const own = { 'portolan.alert.id': id, 'portolan.alert.count': count, 'portolan.cluster.id': cluster };
  return { rule, severity, techniques, time: lastSeen, output, fields: { ...fields, ...own } };
}
