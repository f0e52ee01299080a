import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { AuditBatch } from '../../collectors/audit/batch.ts';
import { deliveryOf } from '../../collectors/audit/delivered.ts';
import type { AuditEvent } from '../../collectors/audit/event.ts';
import { pause } from '../../collectors/audit/pause.ts';
import { AuditSourceError } from '../../collectors/audit/source-error.ts';
import { type NotCovered, notCovered } from '../../detections/engine/not-covered.ts';
import type { Rule } from '../../detections/engine/rule.ts';
import type { AuditFeed } from './audit-feeds.ts';
import type { AuditSourceRecords, AuditSourceState } from './audit-source.ts';

/** Notes how it stands with a source, as it is read. */
export interface AuditReporter {
  took(batch: Pick<AuditBatch<unknown>, 'events' | 'problems'>): void;
  /** It is read again, as far as one can tell. */
  reads(): void;
  fails(error: unknown): void;
  state(): AuditSourceState;
}

/** So many events tell what a source delivers and what not; an audit policy may leave out more than its provider does. */
const tellingEvents = 1_000;
const longestMessage = 500;

export function auditReporter(
  { address, provider }: Pick<AuditFeed, 'address' | 'provider'>,
  rules: readonly Rule<AuditEvent>[],
): AuditReporter {
  const delivery = deliveryOf(provider);
  let failing: AuditSourceState['failing'] = null;
  let unread: AuditSourceState['unread'] = null;
  let lacking = '';
  let lost: readonly NotCovered[] = [];
  const now = (): string => new Date().toISOString();
  return {
    took({ events, problems }) {
      failing = null;
      for (const event of events) delivery.take(event);
      const last = problems.at(-1);
      if (last === undefined) return;
      const message = `${last.place}: ${last.message}`.slice(0, longestMessage).toWellFormed();
      unread = { count: (unread?.count ?? 0) + problems.length, first: unread?.first ?? now(), last: now(), message };
    },
    reads() {
      failing = null;
    },
    fails(error) {
      const known = error instanceof AuditSourceError;
      const reason = known ? error.reason : 'UNREACHABLE';
      const message = known ? error.message : `following ${address} failed: see the log of the gateway`;
      failing = { reason, message: message.slice(0, longestMessage).toWellFormed(), since: failing?.since ?? now() };
    },
    state() {
      const not = delivery.notDelivered(tellingEvents);
      const text = JSON.stringify(not);
      if (text !== lacking) lost = notCovered(rules, not);
      lacking = text;
      return { address, heardAt: now(), failing, unread, notCovered: lost };
    },
  };
}

const lookMs = 2_000;
/** How often a source says that it is followed. */
const heardMs = 60_000;

/** Keeps how it stands with a source: at once when that changes, and now and then to say that it is followed. */
export async function keepReporting(
  { state }: AuditReporter,
  cluster: string,
  states: AuditSourceRecords,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  let kept: AuditSourceState | null = null;
  for (; !signal.aborted; await pause(lookMs, signal)) {
    const now = state();
    const age = kept === null ? Number.POSITIVE_INFINITY : Date.parse(now.heardAt) - Date.parse(kept.heardAt);
    if (age < heardMs && isDeepStrictEqual({ ...now, heardAt: kept?.heardAt }, kept)) continue;
    try {
      await states.put(cluster, now);
      kept = now;
    } catch (err) {
      logger.error({ err, cluster }, 'how it stands with audit events cannot be kept; trying again');
    }
  }
}
