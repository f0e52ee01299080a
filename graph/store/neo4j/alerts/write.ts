import { randomUUID } from 'node:crypto';
import { int } from 'neo4j-driver';
import { type Alert, type AlertEvent, mayReadPlace, type NewAlert, severities } from '../../../records/alerts/alert.ts';
import { alertLimits } from '../../../records/alerts/check.ts';
import { alertTerms, reachOf } from '../../../records/alerts/filter.ts';
import { auditEntry, changedLife, newSuppression } from '../../../records/alerts/life.ts';
import { mergeAlerts } from '../../../records/alerts/merge.ts';
import type { AlertRecords, AuditEntry } from '../../../records/alerts/port.ts';
import { mayReadSuppression, type Suppression } from '../../../records/alerts/suppression.ts';
import type { Sender } from '../../../records/deliveries/delivery.ts';
import { type SenderKey, settle } from '../../../records/deliveries/settle.ts';
import type { Database, Run } from '../database.ts';

interface Body {
  readonly body: string;
}

interface Locked {
  readonly version: number;
  readonly commit: string | null;
}

/** What is done to alerts, each in one transaction under the lock of the cluster's partition. Arguments have been checked. */
export function alertWrites(
  database: Database,
  mostLogged: number,
): Pick<AlertRecords, 'raise' | 'deliver' | 'change' | 'suppress' | 'endSuppression' | 'prune'> {
  return {
    raise(tenant, cluster, occurrences, at) {
      const commitName = randomUUID();
      return database.writing(async (run) => {
        const { version, commit } = await lock(run, tenant, cluster);
        // An earlier try of this very call did all of it, and its answer was lost with the connection.
        if (commit === commitName) return loggedEvents(run, tenant, cluster, version);
        return add(run, mostLogged, { tenant, cluster, version: version + 1, at, commit: commitName }, occurrences);
      });
    },

    deliver(tenant, cluster, deliveries, at) {
      return database.writing(async (run) => {
        const { version } = await lock(run, tenant, cluster);
        const nodes = [...new Set(deliveries.map(({ node }) => node))];
        const senders = await run<Body>(
          'MATCH (s:PortolanSender {tenant: $tenant, cluster: $cluster}) WHERE s.node IN $nodes RETURN s.body AS body',
          { tenant, cluster, nodes },
        );
        const remembered = senders.map(({ body }) => JSON.parse(body) as Sender);
        // What an earlier try of this very call has committed is known now, which says as much.
        const { outcomes, alerts, changed, forgotten } = settle(remembered, deliveries, at);
        await putSenders(run, tenant, cluster, changed);
        if (forgotten.length > 0) await dropSenders(run, tenant, cluster, forgotten);
        const entry = { tenant, cluster, version: version + 1, at, commit: null };
        if (alerts.length > 0) await add(run, mostLogged, entry, alerts);
        return outcomes;
      });
    },

    change(scope, id, change, act) {
      const { tenant } = scope;
      return database.writing(async (run) => {
        const find = async (): Promise<Alert | null> => {
          const [found] = await run<Body>('MATCH (a:PortolanAlert {tenant: $tenant, id: $id}) RETURN a.body AS body', {
            tenant,
            id,
          });
          const alert = found === undefined ? null : (JSON.parse(found.body) as Alert);
          return alert !== null && mayReadPlace(scope, alert) ? alert : null;
        };
        const seen = await find();
        if (seen === null) return null;
        const { cluster } = seen;
        const { version } = await lock(run, tenant, cluster);
        const before = (await find()) as Alert; // it may have changed before the lock was ours
        const alert = changedLife(before, change);
        if (alert === before) return before;
        await append(run, mostLogged, { tenant, cluster, version: version + 1, at: act.at, commit: null }, [
          { change, alert },
        ]);
        await keep(run, tenant, auditEntry(change === 'RESOLVED' ? 'RESOLVE_ALERT' : 'ACKNOWLEDGE_ALERT', alert, act));
        return alert;
      });
    },

    async suppress(scope, rule, act) {
      if (!mayReadSuppression(scope, rule)) return null;
      const suppression = newSuppression(rule, act);
      const entry = auditEntry('SUPPRESS_ALERTS', suppression, act);
      await database.writing(async (run) => {
        await putSuppression(run, scope.tenant, suppression);
        await keep(run, scope.tenant, entry);
      });
      return suppression;
    },

    endSuppression(scope, id, act) {
      const { tenant } = scope;
      return database.writing(async (run) => {
        const [found] = await run<Body>(
          'MATCH (s:PortolanSuppression {tenant: $tenant, id: $id}) SET s.id = s.id RETURN s.body AS body',
          { tenant, id },
        );
        const before = found === undefined ? null : (JSON.parse(found.body) as Suppression);
        if (before === null || !mayReadSuppression(scope, before)) return null;
        if (before.expiresAt <= act.at) return before;
        const ended: Suppression = { ...before, expiresAt: act.at };
        await putSuppression(run, tenant, ended);
        await keep(run, tenant, auditEntry('END_SUPPRESSION', ended, act));
        return ended;
      });
    },

    async prune(tenant, before) {
      const given = { tenant, before: before.toISOString() };
      await database.writing((run) =>
        run(
          `MATCH (p:PortolanAlertPartition {tenant: $tenant}) SET p.tenant = $tenant
           WITH p MATCH (l:PortolanAlertEvent {tenant: $tenant, cluster: p.cluster}) WHERE l.at < $before
           WITH p, max(l.version) AS last SET p.floor = last
           WITH p, last MATCH (l:PortolanAlertEvent {tenant: $tenant, cluster: p.cluster}) WHERE l.version <= last
           WITH p, collect(l) AS dropped SET p.logged = p.logged - size(dropped) FOREACH (l IN dropped | DELETE l)`,
          given,
        ),
      );
      for (const condition of [
        '(n:PortolanAlert) WHERE n.tenant = $tenant AND n.lastSeen < $before',
        '(n:PortolanSuppression) WHERE n.tenant = $tenant AND n.expiresAt < $before',
        '(n:PortolanAuditEntry) WHERE n.tenant = $tenant AND n.at < $before',
        '(n:PortolanSender) WHERE n.tenant = $tenant AND n.heardAt < $before',
      ]) {
        await database.alone(`MATCH ${condition} CALL (n) { DELETE n } IN TRANSACTIONS OF 1000 ROWS`, given);
      }
    },
  };
}

async function lock(run: Run, tenant: string, cluster: string): Promise<Locked> {
  const [found] = await run<Locked>(
    `MERGE (p:PortolanAlertPartition {tenant: $tenant, cluster: $cluster})
     ON CREATE SET p.version = 0, p.sequence = 0, p.floor = 0, p.logged = 0
     SET p.cluster = $cluster
     WITH p RETURN p.version AS version, p.commit AS commit`,
    { tenant, cluster },
  );
  return found as Locked;
}

interface Entry {
  readonly tenant: string;
  readonly cluster: string;
  readonly version: number;
  readonly at: string;
  readonly commit: string | null;
}

/** Merges occurrences into the alerts of a cluster, as one commit. */
async function add(
  run: Run,
  mostLogged: number,
  entry: Entry,
  occurrences: readonly NewAlert[],
): Promise<readonly AlertEvent[]> {
  const { tenant, cluster, version, at } = entry;
  const keys = occurrences.map(({ key }) => key);
  const open = await run<Body>(
    'MATCH (a:PortolanAlert {tenant: $tenant, cluster: $cluster}) WHERE a.key IN $keys RETURN a.body AS body',
    { tenant, cluster, keys },
  );
  const active = await run<Body>(
    'MATCH (s:PortolanSuppression {tenant: $tenant}) WHERE s.expiresAt > $at RETURN s.body AS body',
    { tenant, at },
  );
  const events = mergeAlerts(
    cluster,
    version,
    occurrences,
    new Map(open.map(({ body }) => JSON.parse(body) as Alert).map((alert) => [alert.key, alert])),
    active.map(({ body }) => JSON.parse(body) as Suppression),
  );
  await append(run, mostLogged, entry, events);
  return events;
}

/** Writes alerts as they are after a commit, and its events; of these the log keeps so many. */
async function append(run: Run, mostLogged: number, entry: Entry, events: readonly AlertEvent[]): Promise<void> {
  const { tenant, cluster } = entry;
  const version = int(entry.version);
  await run(`UNWIND $alerts AS alert MERGE (a:PortolanAlert {tenant: $tenant, id: alert.id}) SET a += alert`, {
    tenant,
    alerts: events.map(({ alert }) => stored(alert)),
  });
  await run(
    `UNWIND $events AS event
     CREATE (:PortolanAlertEvent {tenant: $tenant, cluster: $cluster, version: $version, sequence: event.sequence, at: $at, body: event.body})`,
    {
      tenant,
      cluster,
      version,
      at: entry.at,
      events: events.map((event, sequence) => ({ sequence: int(sequence), body: JSON.stringify(event) })),
    },
  );
  const [now] = await run<{ readonly logged: number }>(
    `MATCH (p:PortolanAlertPartition {tenant: $tenant, cluster: $cluster})
     SET p.version = $version, p.sequence = $sequence, p.commit = $commit, p.logged = p.logged + $added
     RETURN p.logged AS logged`,
    { tenant, cluster, version, sequence: int(events.length - 1), commit: entry.commit, added: int(events.length) },
  );
  const over = (now?.logged ?? 0) - mostLogged;
  // Cut now and then, not at every commit.
  if (over < alertLimits.occurrences) return;
  await run(
    `MATCH (l:PortolanAlertEvent {tenant: $tenant, cluster: $cluster})
     WITH l ORDER BY l.version, l.sequence SKIP $over LIMIT 1
     WITH l.version AS last WHERE last < $version
     MATCH (l:PortolanAlertEvent {tenant: $tenant, cluster: $cluster}) WHERE l.version <= last
     WITH last, collect(l) AS dropped
     MATCH (p:PortolanAlertPartition {tenant: $tenant, cluster: $cluster})
     SET p.floor = last, p.logged = p.logged - size(dropped) FOREACH (l IN dropped | DELETE l)`,
    { tenant, cluster, version, over: int(over) },
  );
}

/** An alert as a node: what it is found by, and the whole as JSON. A null takes the property away. */
function stored(alert: Alert): Readonly<Record<string, unknown>> {
  const { id, cluster, namespace, rule, state, firstSeen, lastSeen, techniques } = alert;
  return {
    id,
    cluster,
    namespace,
    rule,
    state,
    firstSeen,
    lastSeen,
    techniques,
    key: state === 'RESOLVED' ? null : alert.key,
    severity: int(severities.indexOf(alert.severity)),
    count: int(alert.count),
    reach: reachOf(alert),
    suppressed: alert.suppressedBy !== null,
    terms: alertTerms(alert),
    body: JSON.stringify(alert),
  };
}

async function loggedEvents(
  run: Run,
  tenant: string,
  cluster: string,
  version: number,
): Promise<readonly AlertEvent[]> {
  const rows = await run<Body>(
    `MATCH (l:PortolanAlertEvent {tenant: $tenant, cluster: $cluster, version: $version})
     RETURN l.body AS body ORDER BY l.sequence`,
    { tenant, cluster, version: int(version) },
  );
  return rows.map(({ body }) => JSON.parse(body) as AlertEvent);
}

async function putSenders(run: Run, tenant: string, cluster: string, senders: readonly Sender[]): Promise<void> {
  const rows = senders.map((sender) => {
    const { node, instance, heardAt } = sender;
    return { node, instance, values: { heardAt, body: JSON.stringify(sender) } };
  });
  await run(
    `UNWIND $rows AS row
     MERGE (s:PortolanSender {tenant: $tenant, cluster: $cluster, node: row.node, instance: row.instance})
     SET s += row.values`,
    { tenant, cluster, rows },
  );
}

async function dropSenders(run: Run, tenant: string, cluster: string, senders: readonly SenderKey[]): Promise<void> {
  await run(
    `UNWIND $senders AS sender
     MATCH (s:PortolanSender {tenant: $tenant, cluster: $cluster, node: sender.node, instance: sender.instance}) DELETE s`,
    { tenant, cluster, senders },
  );
}

async function putSuppression(run: Run, tenant: string, suppression: Suppression): Promise<void> {
  const { id, cluster, namespace, expiresAt, createdAt } = suppression;
  await run('MERGE (s:PortolanSuppression {tenant: $tenant, id: $id}) SET s += $values', {
    tenant,
    id,
    values: { cluster, namespace, expiresAt, createdAt, body: JSON.stringify(suppression) },
  });
}

async function keep(run: Run, tenant: string, entry: AuditEntry): Promise<void> {
  const { id, at, about, cluster, namespace } = entry;
  await run('MERGE (e:PortolanAuditEntry {tenant: $tenant, id: $id}) SET e += $values', {
    tenant,
    id,
    values: { at, about, cluster, namespace, body: JSON.stringify(entry) },
  });
}
