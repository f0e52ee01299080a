import type { Logger } from 'pino';
import type { AuditEvent } from '../../collectors/audit/event.ts';
import type { Watch } from '../../detections/correlate/watch.ts';
import type { Rule } from '../../detections/engine/rule.ts';
import type { Records } from '../../graph/records/port.ts';
import { type AuditReporter, auditReporter, keepReporting } from './audit-reporter.ts';
import { auditSourceRecords } from './audit-source.ts';
import type { Watches } from './watches.ts';

export interface WebhookReportsOptions {
  readonly watches: Watches;
  readonly records: Records;
  /** Those that events go through. */
  readonly rules: readonly Rule<AuditEvent>[];
  readonly logger: Logger;
}

/** Notes what comes by the webhooks of clusters, as is noted of sources that are read. */
export interface WebhookReports {
  /** The watch of a tenant, for the webhook alone. */
  of(tenant: string): Watch;
  /** Resolves when the signal has ended it all. */
  ended(): Promise<void>;
}

const feed = { address: 'the webhook', provider: 'selfmanaged' } as const;

export function webhookReports(
  { watches, records, rules, logger }: WebhookReportsOptions,
  signal: AbortSignal,
): WebhookReports {
  const tenants = new Map<string, Watch>();
  const reporting: Promise<void>[] = [];

  function open(tenant: string): Watch {
    const watch = watches.of(tenant);
    const states = auditSourceRecords(records, tenant);
    const reporters = new Map<string, AuditReporter>();
    const reporterOf = (cluster: string): AuditReporter => {
      const known = reporters.get(cluster);
      if (known) return known;
      const reporter = auditReporter(feed, rules);
      reporters.set(cluster, reporter);
      reporting.push(keepReporting(reporter, cluster, states, logger, signal));
      return reporter;
    };
    return {
      ...watch,
      async take(cluster, events) {
        const taken = await watch.take(cluster, events);
        reporterOf(cluster).took({ events, problems: [] });
        return taken;
      },
    };
  }

  return {
    of(tenant) {
      const watch = tenants.get(tenant) ?? open(tenant);
      tenants.set(tenant, watch);
      return watch;
    },
    async ended() {
      await Promise.all(reporting);
    },
  };
}
