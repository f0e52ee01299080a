import type { Database } from 'better-sqlite3';
import type { Scope } from '../../../model/scope.ts';
import {
  type Alert,
  type AlertChange,
  type AlertEvent,
  mayReadPlace,
  type NewAlert,
  severities,
} from '../../../records/alerts/alert.ts';
import { alertLimits } from '../../../records/alerts/check.ts';
import { alertTerms, reachOf } from '../../../records/alerts/filter.ts';
import { auditEntry, changedLife, newSuppression } from '../../../records/alerts/life.ts';
import { mergeAlerts } from '../../../records/alerts/merge.ts';
import type { Act, AuditEntry, LifeChange } from '../../../records/alerts/port.ts';
import { mayReadSuppression, type Suppression, type SuppressionRule } from '../../../records/alerts/suppression.ts';
import type { Delivered, Delivery, Sender } from '../../../records/deliveries/delivery.ts';
import { settle } from '../../../records/deliveries/settle.ts';

/** What the writer's thread does to alerts, each in one transaction. Arguments have been checked. `mostLogged` entries of a partition's log are kept. */
export function alertWrites(db: Database, mostLogged: number) {
  const nextVersion = db
    .prepare<[string, string], number>(
      `INSERT INTO alert_partitions (tenant, cluster, version, floor, logged) VALUES (?, ?, 1, 0, 0)
       ON CONFLICT (tenant, cluster) DO UPDATE SET version = version + 1 RETURNING version`,
    )
    .pluck();
  const addLogged = db
    .prepare<[number, string, string], number>(
      'UPDATE alert_partitions SET logged = logged + ? WHERE tenant = ? AND cluster = ? RETURNING logged',
    )
    .pluck();
  const findOpen = db
    .prepare<[string, string, string], string>(
      'SELECT body FROM alerts WHERE tenant = ? AND cluster = ? AND key IN (SELECT value FROM json_each(?))',
    )
    .pluck();
  const findAlert = db.prepare<[string, string], string>('SELECT body FROM alerts WHERE tenant = ? AND id = ?').pluck();
  const put = db.prepare(
    `INSERT INTO alerts (tenant, id, cluster, namespace, key, rule, severity, state, suppressed, count, reach, first_seen, last_seen, body)
     VALUES (@tenant, @id, @cluster, @namespace, @key, @rule, @severity, @state, @suppressed, @count, @reach, @firstSeen, @lastSeen, @body)
     ON CONFLICT (tenant, id) DO UPDATE SET key = excluded.key, severity = excluded.severity, state = excluded.state,
     suppressed = excluded.suppressed, count = excluded.count, reach = excluded.reach, first_seen = excluded.first_seen,
     last_seen = excluded.last_seen, body = excluded.body`,
  );
  const putTerm = db.prepare('INSERT OR IGNORE INTO alert_terms (tenant, term, alert) VALUES (?, ?, ?)');
  const dropTerms = db.prepare('DELETE FROM alert_terms WHERE tenant = ? AND alert = ?');
  const log = db.prepare(
    'INSERT INTO alert_log (tenant, cluster, version, sequence, at, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const nthLogged = db
    .prepare<[string, string, number], number>(
      'SELECT version FROM alert_log WHERE tenant = ? AND cluster = ? ORDER BY version, sequence LIMIT 1 OFFSET ?',
    )
    .pluck();
  const active = db
    .prepare<[string, string], string>('SELECT body FROM suppressions WHERE tenant = ? AND expires_at > ?')
    .pluck();
  const findSuppression = db
    .prepare<[string, string], string>('SELECT body FROM suppressions WHERE tenant = ? AND id = ?')
    .pluck();
  const putSuppression = db.prepare(
    `INSERT OR REPLACE INTO suppressions (tenant, id, cluster, namespace, expires_at, created_at, body)
     VALUES (@tenant, @id, @cluster, @namespace, @expiresAt, @createdAt, @body)`,
  );
  const putEntry = db.prepare(
    `INSERT INTO audit_trail (tenant, at, id, about, cluster, namespace, body)
     VALUES (@tenant, @at, @id, @about, @cluster, @namespace, @body)`,
  );
  const sendersOf = db
    .prepare<[string, string, string], string>('SELECT body FROM senders WHERE tenant = ? AND cluster = ? AND node = ?')
    .pluck();
  const putSender = db.prepare(
    'INSERT OR REPLACE INTO senders (tenant, cluster, node, instance, heard_at, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const dropSender = db.prepare('DELETE FROM senders WHERE tenant = ? AND cluster = ? AND node = ? AND instance = ?');
  const cutLog = db.prepare('DELETE FROM alert_log WHERE tenant = ? AND cluster = ? AND version <= ?');
  const raiseFloor = db.prepare(
    'UPDATE alert_partitions SET floor = ?, logged = logged - ? WHERE tenant = ? AND cluster = ?',
  );
  const clusters = db.prepare<[string], string>('SELECT cluster FROM alert_partitions WHERE tenant = ?').pluck();
  const lastBefore = db
    .prepare<[string, string, string], number | null>(
      'SELECT max(version) FROM alert_log WHERE tenant = ? AND cluster = ? AND at < ?',
    )
    .pluck();
  const prunes = [
    'DELETE FROM alert_terms WHERE tenant = ? AND alert IN (SELECT id FROM alerts a WHERE a.tenant = alert_terms.tenant AND last_seen < ?)',
    'DELETE FROM alerts WHERE tenant = ? AND last_seen < ?',
    'DELETE FROM suppressions WHERE tenant = ? AND expires_at < ?',
    'DELETE FROM audit_trail WHERE tenant = ? AND at < ?',
    'DELETE FROM senders WHERE tenant = ? AND heard_at < ?',
  ].map((sql) => db.prepare<[string, string]>(sql));

  function cut(tenant: string, cluster: string, version: number): void {
    const { changes } = cutLog.run(tenant, cluster, version);
    if (changes > 0) raiseFloor.run(version, changes, tenant, cluster);
  }

  function commit(tenant: string, cluster: string, version: number, events: readonly AlertEvent[], at: string): void {
    for (const [sequence, event] of events.entries()) {
      const { alert } = event;
      const terms = alertTerms(alert);
      put.run({
        ...alert,
        tenant,
        key: alert.state === 'RESOLVED' ? null : alert.key,
        severity: severities.indexOf(alert.severity),
        reach: reachOf(alert),
        suppressed: alert.suppressedBy === null ? 0 : 1,
        body: JSON.stringify(alert),
      });
      if (event.change === 'REPEATED') dropTerms.run(tenant, alert.id);
      if (event.change === 'RAISED' || event.change === 'REPEATED') {
        for (const text of terms) putTerm.run(tenant, text, alert.id);
      }
      log.run(tenant, cluster, version, sequence, at, JSON.stringify(event));
    }
    const over = (addLogged.get(events.length, tenant, cluster) as number) - mostLogged;
    // Cut now and then, not at every commit.
    if (over < alertLimits.occurrences) return;
    const last = nthLogged.get(tenant, cluster, over) as number;
    if (last < version) cut(tenant, cluster, last);
  }

  function keep(tenant: string, entry: AuditEntry): void {
    putEntry.run({ ...entry, tenant, body: JSON.stringify(entry) });
  }

  function add(tenant: string, cluster: string, occurrences: readonly NewAlert[], at: string): readonly AlertEvent[] {
    const version = nextVersion.get(tenant, cluster) as number;
    const keys = JSON.stringify(occurrences.map(({ key }) => key));
    const open = new Map(
      findOpen.all(tenant, cluster, keys).map((body) => {
        const alert = JSON.parse(body) as Alert;
        return [alert.key, alert];
      }),
    );
    const suppressions = active.all(tenant, at).map((body) => JSON.parse(body) as Suppression);
    const events = mergeAlerts(cluster, version, occurrences, open, suppressions);
    commit(tenant, cluster, version, events, at);
    return events;
  }

  const raise = db.transaction(add);

  const deliver = db.transaction(
    (tenant: string, cluster: string, deliveries: readonly Delivery[], at: string): readonly Delivered[] => {
      const nodes = [...new Set(deliveries.map(({ node }) => node))];
      const remembered = nodes.flatMap((node) => sendersOf.all(tenant, cluster, node));
      const senders = remembered.map((body) => JSON.parse(body) as Sender);
      const { outcomes, alerts, changed, forgotten } = settle(senders, deliveries, at);
      for (const sender of changed)
        putSender.run(tenant, cluster, sender.node, sender.instance, sender.heardAt, JSON.stringify(sender));
      for (const { node, instance } of forgotten) dropSender.run(tenant, cluster, node, instance);
      if (alerts.length > 0) add(tenant, cluster, alerts, at);
      return outcomes;
    },
  );

  const change = db.transaction((scope: Scope, id: string, to: LifeChange, act: Act): Alert | null => {
    const body = findAlert.get(scope.tenant, id);
    const before = body === undefined ? null : (JSON.parse(body) as Alert);
    if (before === null || !mayReadPlace(scope, before)) return null;
    const alert = changedLife(before, to);
    if (alert === before) return before;
    const version = nextVersion.get(scope.tenant, alert.cluster) as number;
    commit(scope.tenant, alert.cluster, version, [{ change: to satisfies AlertChange, alert }], act.at);
    const action = to === 'RESOLVED' ? 'RESOLVE_ALERT' : 'ACKNOWLEDGE_ALERT';
    keep(scope.tenant, auditEntry(action, alert, act));
    return alert;
  });

  const suppress = db.transaction((scope: Scope, rule: SuppressionRule, act: Act): Suppression | null => {
    if (!mayReadSuppression(scope, rule)) return null;
    const suppression = newSuppression(rule, act);
    putSuppression.run({ ...suppression, tenant: scope.tenant, body: JSON.stringify(suppression) });
    keep(scope.tenant, auditEntry('SUPPRESS_ALERTS', suppression, act));
    return suppression;
  });

  const endSuppression = db.transaction((scope: Scope, id: string, act: Act): Suppression | null => {
    const body = findSuppression.get(scope.tenant, id);
    const before = body === undefined ? null : (JSON.parse(body) as Suppression);
    if (before === null || !mayReadSuppression(scope, before)) return null;
    if (before.expiresAt <= act.at) return before;
    const ended: Suppression = { ...before, expiresAt: act.at };
    putSuppression.run({ ...ended, tenant: scope.tenant, body: JSON.stringify(ended) });
    keep(scope.tenant, auditEntry('END_SUPPRESSION', ended, act));
    return ended;
  });

  const prune = db.transaction((tenant: string, before: string): void => {
    for (const cluster of clusters.all(tenant)) {
      const last = lastBefore.get(tenant, cluster, before);
      if (last != null) cut(tenant, cluster, last);
    }
    for (const statement of prunes) statement.run(tenant, before);
  });

  return {
    raiseAlerts: (tenant: string, cluster: string, occurrences: readonly NewAlert[], at: string) =>
      raise.immediate(tenant, cluster, occurrences, at),
    deliver: (tenant: string, cluster: string, deliveries: readonly Delivery[], at: string) =>
      deliver.immediate(tenant, cluster, deliveries, at),
    changeAlert: (scope: Scope, id: string, to: LifeChange, act: Act) => change.immediate(scope, id, to, act),
    suppress: (scope: Scope, rule: SuppressionRule, act: Act) => suppress.immediate(scope, rule, act),
    endSuppression: (scope: Scope, id: string, act: Act) => endSuppression.immediate(scope, id, act),
    pruneAlerts: (tenant: string, before: string) => prune.immediate(tenant, before),
  };
}
