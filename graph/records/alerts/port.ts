import type { Scope } from '../../model/scope.ts';
import type { Page, PageRequest } from '../../store/filter.ts';
import type { Facet } from '../../store/port.ts';
import type { Delivered, Delivery, Sender } from '../deliveries/delivery.ts';
import type { Alert, AlertEvent, NewAlert } from './alert.ts';
import type { AlertFacetField, AlertFilter, AlertOrderField } from './filter.ts';
import type { Suppression, SuppressionRule } from './suppression.ts';

export interface AlertQuery {
  readonly filter?: AlertFilter;
  /** By default the last seen first; ties by id. */
  readonly order?: { readonly field: AlertOrderField; readonly descending?: boolean };
  readonly page: PageRequest;
}

/** Who does something, and when (RFC 3339 in UTC with milliseconds). */
export interface Act {
  readonly who: string;
  readonly at: string;
  /** In the person's own words; null for none. */
  readonly note: string | null;
}

export const auditActions = ['ACKNOWLEDGE_ALERT', 'RESOLVE_ALERT', 'SUPPRESS_ALERTS', 'END_SUPPRESSION'] as const;
export type AuditAction = (typeof auditActions)[number];

/** One line of the audit trail. It is written with what it tells of, or neither is. */
export interface AuditEntry extends Act {
  readonly id: string;
  readonly action: AuditAction;
  /** The id of the alert or suppression. */
  readonly about: string;
  /** Where that lies; null as in a suppression. */
  readonly cluster: string | null;
  readonly namespace: string | null;
}

/** A place in the log of a partition: the commit, and which entry of it. */
export interface Position {
  readonly version: number;
  readonly sequence: number;
}

/** The position reached in each partition, by cluster id. A partition that is not named is at its beginning. */
export type Positions = Readonly<Record<string, Position>>;

export interface LoggedAlert {
  readonly cluster: string;
  readonly position: Position;
  /** When it was committed. */
  readonly at: string;
  /** An AlertEvent as JSON. */
  readonly body: string;
}

/** How a life goes on: an open alert is acknowledged, any is resolved. */
export type LifeChange = 'ACKNOWLEDGED' | 'RESOLVED';

/**
 * Alerts, what became of them, and who did it. Records: kept for good until pruned, never part of the graph's version.
 * Every read and change takes the caller's scope first, and what lies outside it is not found.
 */
export interface AlertRecords {
  /**
   * Commits occurrences in one cluster, all or nothing, durable when it returns: one event for each alert they belong to.
   * INVALID_VALUE or TOO_LARGE names what would not survive.
   */
  raise(tenant: string, cluster: string, occurrences: readonly NewAlert[], at: string): Promise<readonly AlertEvent[]>;
  /**
   * Commits deliveries to one cluster, in their order, all or nothing, durable when it returns: how far each sender has come, and
   * the alerts of those that are taken. What becomes of each, in the order of `deliveries`. INVALID_VALUE or TOO_LARGE as `raise`.
   */
  deliver(tenant: string, cluster: string, deliveries: readonly Delivery[], at: string): Promise<readonly Delivered[]>;
  /** The senders of a cluster that are remembered, by node and instance. */
  senders(tenant: string, cluster: string): Promise<readonly Sender[]>;
  /** Null where there is none in scope. What is as asked already stays as it is, without an event; a resolved alert stays resolved. */
  change(scope: Scope, id: string, change: LifeChange, act: Act): Promise<Alert | null>;

  /** In the order of `ids`; null where there is none in scope. */
  alerts(scope: Scope, ids: readonly string[]): Promise<readonly (Alert | null)[]>;
  find(scope: Scope, query: AlertQuery): Promise<Page<Alert>>;
  count(scope: Scope, filter: AlertFilter): Promise<number>;
  /** Most first, then by value. An alert of several techniques counts for each. */
  facets(scope: Scope, filter: AlertFilter, by: readonly AlertFacetField[]): Promise<readonly Facet[]>;

  /** Null when the caller may not see all that it would keep quiet. It holds for what is raised from now on. */
  suppress(scope: Scope, rule: SuppressionRule, act: Act): Promise<Suppression | null>;
  /** Ends it now; null where there is none in scope. */
  endSuppression(scope: Scope, id: string, act: Act): Promise<Suppression | null>;
  /** Those that have not run out at a time, the newest first; at most 1,000. */
  suppressions(scope: Scope, at: string): Promise<readonly Suppression[]>;

  /** The newest first. `about` narrows it to one alert or suppression. */
  auditTrail(scope: Scope, page: PageRequest, about?: string): Promise<Page<AuditEntry>>;

  countAudit(scope: Scope, about?: string): Promise<number>;

  /** The last position of each partition, and the one after which everything is still logged. */
  reached(tenant: string): Promise<{ readonly last: Positions; readonly floor: Positions }>;
  /** The log after some positions, in order within each partition, then what is committed until the signal ends it. Throws VERSION_EXPIRED. */
  changes(tenant: string, after: Positions, signal: AbortSignal): AsyncIterable<LoggedAlert>;

  /** Drops alerts last seen, log entries and lines of the trail made, suppressions run out, and senders last heard before a time. */
  prune(tenant: string, before: Date): Promise<void>;
}
