import type { Database } from 'better-sqlite3';
import type { Scope } from '../../../model/scope.ts';
import { type Alert, severities } from '../../../records/alerts/alert.ts';
import { checkAlertFacets, checkAlertFilter, checkAlertPage } from '../../../records/alerts/check.ts';
import { type AlertFacetField, type AlertFilter, termsOf } from '../../../records/alerts/filter.ts';
import type { AlertQuery, AuditEntry, LoggedAlert, Position, Positions } from '../../../records/alerts/port.ts';
import { alertFacets, alertPage, auditPage, auditPosition, orderOfAlerts } from '../../../records/alerts/rows.ts';
import type { Suppression } from '../../../records/alerts/suppression.ts';
import type { Sender } from '../../../records/deliveries/delivery.ts';
import { checkBatch, maxFacets } from '../../check.ts';
import { readCursor } from '../../cursor.ts';
import type { Page, PageRequest } from '../../filter.ts';
import { expired } from '../../follow.ts';
import type { Facet } from '../../port.ts';
import { type Parameters, parameters } from '../parameters.ts';
import { selector } from '../statements.ts';
import { placeSql } from './scope.ts';

const columns = {
  lastSeen: 'last_seen',
  firstSeen: 'first_seen',
  severity: 'severity',
  count: 'count',
  reach: 'reach',
} as const;
/** How many entries of the log one answer carries. */
const chunk = 500;
const mostSuppressions = 1_000;

/** The reads over alerts, as the reader's thread answers them. */
export function alertReads(db: Database) {
  const select = selector(db);
  const bodies = <T>(sql: string, given: Parameters): T[] =>
    select<[string]>(sql, given).map(([body]) => JSON.parse(body) as T);

  /** The condition on alerts in scope that match. */
  function matching(scope: Scope, filter: AlertFilter, given: Parameters): string {
    checkAlertFilter(filter);
    const { bind, list } = given;
    const parts = [`tenant = ${bind(scope.tenant)}`, placeSql(scope, given)];
    const isOneOf = (column: string, values: readonly string[] | undefined): void => {
      if (values !== undefined) parts.push(`${column} IN ${list(values)}`);
    };
    isOneOf('id', filter.ids);
    isOneOf('cluster', filter.clusters);
    isOneOf('namespace', filter.namespaces);
    isOneOf('rule', filter.rules);
    isOneOf('state', filter.states);
    for (const terms of termsOf(filter)) {
      parts.push(
        `id IN (SELECT alert FROM alert_terms t WHERE t.tenant = ${bind(scope.tenant)} AND term IN ${list(terms)})`,
      );
    }
    if (filter.severityAtLeast) parts.push(`severity >= ${bind(severities.indexOf(filter.severityAtLeast))}`);
    if (filter.since !== undefined) parts.push(`last_seen >= ${bind(filter.since)}`);
    if (filter.until !== undefined) parts.push(`first_seen <= ${bind(filter.until)}`);
    if (filter.suppressed !== undefined) parts.push(`suppressed = ${bind(filter.suppressed)}`);
    return parts.join(' AND ');
  }

  const partitions = db.prepare<[string], { cluster: string; version: number; floor: number; sequence: number | null }>(
    `SELECT cluster, version, floor, (SELECT max(sequence) FROM alert_log l
       WHERE l.tenant = p.tenant AND l.cluster = p.cluster AND l.version = p.version) AS sequence
     FROM alert_partitions p WHERE tenant = ? ORDER BY cluster`,
  );
  const logged = db.prepare<[string, string, number, number, number], Position & { at: string; body: string }>(
    `SELECT version, sequence, at, body FROM alert_log
     WHERE tenant = ? AND cluster = ? AND (version, sequence) > (?, ?) ORDER BY version, sequence LIMIT ?`,
  );

  function alertsReached(tenant: string): { readonly last: Positions; readonly floor: Positions } {
    const all = partitions.all(tenant);
    return {
      last: Object.fromEntries(
        all.map(({ cluster, version, sequence }) => [cluster, { version, sequence: sequence ?? 0 }]),
      ),
      floor: Object.fromEntries(
        all.map(({ cluster, floor }) => [cluster, { version: floor, sequence: Number.MAX_SAFE_INTEGER }]),
      ),
    };
  }

  return {
    alertsById(scope: Scope, ids: readonly string[]): readonly (Alert | null)[] {
      checkBatch(ids);
      const given = parameters();
      const where = `tenant = ${given.bind(scope.tenant)} AND id IN ${given.list(ids)} AND ${placeSql(scope, given)}`;
      const found = new Map(
        bodies<Alert>(`SELECT body FROM alerts WHERE ${where}`, given).map((alert) => [alert.id, alert]),
      );
      return ids.map((id) => found.get(id) ?? null);
    },

    findAlerts(scope: Scope, { filter = {}, order: wanted, page }: AlertQuery): Page<Alert> {
      checkAlertPage(page);
      const given = parameters();
      const order = orderOfAlerts(wanted);
      const column = columns[order.field];
      let where = matching(scope, filter, given);
      if (page.after !== undefined) {
        const { value, ids } = readCursor(order, 1, page.after);
        const [last, id] = [given.bind(value), given.bind(ids[0] as string)];
        const beyond = order.descending ? '<' : '>';
        where += ` AND ${column} ${beyond}= ${last} AND (${column} ${beyond} ${last} OR id > ${id})`;
      }
      const alerts = bodies<Alert>(
        `SELECT body FROM alerts WHERE ${where} ORDER BY ${column} ${order.descending ? 'DESC' : 'ASC'}, id
         LIMIT ${given.bind(page.first + 1)}`,
        given,
      );
      return alertPage(alerts, order, page);
    },

    countAlerts(scope: Scope, filter: AlertFilter): number {
      const given = parameters();
      const sql = `SELECT count(*) FROM alerts WHERE ${matching(scope, filter, given)}`;
      return (select<[number]>(sql, given)[0] as [number])[0];
    },

    alertFacets(scope: Scope, filter: AlertFilter, by: readonly AlertFacetField[]): readonly Facet[] {
      checkAlertFacets(by);
      const given = parameters();
      const where = matching(scope, filter, given);
      const byTechnique = by.includes('technique');
      const from = byTechnique
        ? `(SELECT * FROM alerts WHERE ${where}) a LEFT JOIN alert_terms t
           ON t.tenant = a.tenant AND t.alert = a.id AND t.term >= 'technique ' AND t.term < 'technique!'`
        : `(SELECT * FROM alerts WHERE ${where}) a`;
      const values = by.map((field) =>
        field === 'technique' ? "substr(t.term, length('technique ') + 1)" : `a.${field}`,
      );
      const groups = select<[number, ...(string | number | null)[]]>(
        `SELECT count(*), ${values.join(', ')} FROM ${from} GROUP BY ${values.join(', ')} LIMIT ${maxFacets + 1}`,
        given,
      );
      return alertFacets(
        by,
        groups.map(([count, ...values]) => ({ count, values })),
      );
    },

    suppressions(scope: Scope, at: string): readonly Suppression[] {
      const given = parameters();
      const where = `tenant = ${given.bind(scope.tenant)} AND expires_at > ${given.bind(at)} AND ${placeSql(scope, given)}`;
      return bodies<Suppression>(
        `SELECT body FROM suppressions WHERE ${where} ORDER BY created_at DESC, id LIMIT ${mostSuppressions}`,
        given,
      );
    },

    auditTrail(scope: Scope, page: PageRequest, about: string | undefined): Page<AuditEntry> {
      checkAlertPage(page);
      const given = parameters();
      const { bind } = given;
      const parts = [`tenant = ${bind(scope.tenant)}`, placeSql(scope, given)];
      if (about !== undefined) parts.push(`about = ${bind(about)}`);
      if (page.after !== undefined) {
        const { at, id } = auditPosition(page.after);
        const last = bind(at);
        parts.push(`at <= ${last} AND (at < ${last} OR id > ${bind(id)})`);
      }
      const entries = bodies<AuditEntry>(
        `SELECT body FROM audit_trail WHERE ${parts.join(' AND ')} ORDER BY at DESC, id LIMIT ${bind(page.first + 1)}`,
        given,
      );
      return auditPage(entries, page);
    },

    countAudit(scope: Scope, about: string | undefined): number {
      const given = parameters();
      const own = about === undefined ? 'TRUE' : `about = ${given.bind(about)}`;
      const where = `tenant = ${given.bind(scope.tenant)} AND ${own} AND ${placeSql(scope, given)}`;
      return (select<[number]>(`SELECT count(*) FROM audit_trail WHERE ${where}`, given)[0] as [number])[0];
    },

    senders(tenant: string, cluster: string): readonly Sender[] {
      const given = parameters();
      const where = `tenant = ${given.bind(tenant)} AND cluster = ${given.bind(cluster)}`;
      return bodies<Sender>(`SELECT body FROM senders WHERE ${where} ORDER BY node, instance`, given);
    },

    alertsReached,

    /** What follows `after` in the log, as much as one answer carries; nothing when it is the present. */
    alertChanges(tenant: string, after: Positions): readonly LoggedAlert[] {
      const found: LoggedAlert[] = [];
      const all = partitions.all(tenant);
      const present = new Map(all.map(({ cluster, version }) => [cluster, version]));
      for (const [cluster, { version }] of Object.entries(after)) {
        if (version > (present.get(cluster) ?? 0)) throw expired(cluster, version, 'the records have not reached it');
      }
      for (const { cluster, version, floor } of all) {
        const from = after[cluster] ?? { version: 0, sequence: Number.MAX_SAFE_INTEGER };
        if (from.version < floor) throw expired(cluster, from.version, `the log of alerts begins after ${floor}`);
        if (from.version > version) continue;
        for (const { at, body, ...position } of logged.iterate(tenant, cluster, from.version, from.sequence, chunk)) {
          found.push({ cluster, position: { version: position.version, sequence: position.sequence }, at, body });
        }
        if (found.length >= chunk) break;
      }
      return found;
    },
  };
}
