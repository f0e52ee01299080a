import { int } from 'neo4j-driver';
import type { Scope } from '../../../model/scope.ts';
import { type Alert, severities } from '../../../records/alerts/alert.ts';
import { checkAlertFacets, checkAlertFilter, checkAlertPage } from '../../../records/alerts/check.ts';
import { type AlertFilter, termsOf } from '../../../records/alerts/filter.ts';
import type { AlertRecords, AuditEntry, LoggedAlert, Position, Positions } from '../../../records/alerts/port.ts';
import { alertFacets, alertPage, auditPage, auditPosition, orderOfAlerts } from '../../../records/alerts/rows.ts';
import type { Suppression } from '../../../records/alerts/suppression.ts';
import type { Sender } from '../../../records/deliveries/delivery.ts';
import { checkBatch, maxFacets } from '../../check.ts';
import { readCursor } from '../../cursor.ts';
import { expired } from '../../follow.ts';
import type { Database } from '../database.ts';
import { type Parameters, parameters } from '../parameters.ts';
import { placeCypher } from './scope.ts';

/** How many entries of the log one answer carries. */
const chunk = 500;
const mostSuppressions = 1_000;

interface Partition {
  readonly cluster: string;
  readonly version: number;
  readonly floor: number;
  readonly sequence: number;
}

type Reads = Pick<
  AlertRecords,
  'alerts' | 'find' | 'count' | 'facets' | 'suppressions' | 'auditTrail' | 'countAudit' | 'reached' | 'senders'
> & {
  /** What follows `after` in the log, as much as one answer carries; nothing when it is the present. */
  changes(tenant: string, after: Positions): Promise<readonly LoggedAlert[]>;
};

/** The reads over alerts. */
export function alertReads(database: Database): Reads {
  const bodies = async <T>(cypher: string, { values }: Parameters): Promise<readonly T[]> =>
    (await database.read<{ readonly body: string }>(cypher, values)).map(({ body }) => JSON.parse(body) as T);

  const partitions = (tenant: string): Promise<readonly Partition[]> =>
    database.read<Partition>(
      `MATCH (p:PortolanAlertPartition) WHERE p.tenant = $tenant AND p.version > 0
       RETURN p.cluster AS cluster, p.version AS version, p.floor AS floor, p.sequence AS sequence ORDER BY cluster`,
      { tenant },
    );

  return {
    async alerts(scope, ids) {
      checkBatch(ids);
      const given = parameters();
      const alerts = await bodies<Alert>(
        `MATCH (a:PortolanAlert) WHERE a.tenant = ${given.bind(scope.tenant)} AND a.id IN ${given.bind(ids)}
         AND ${placeCypher(scope, 'a', given)} RETURN a.body AS body`,
        given,
      );
      const found = new Map(alerts.map((alert) => [alert.id, alert]));
      return ids.map((id) => found.get(id) ?? null);
    },

    async find(scope, { filter = {}, order: wanted, page }) {
      checkAlertPage(page);
      const given = parameters();
      const order = orderOfAlerts(wanted);
      // Alerts of releases that did not keep it have no reach.
      const by = order.field === 'reach' ? 'coalesce(a.reach, 0.0)' : `a.${order.field}`;
      let where = matching(scope, filter, given);
      if (page.after !== undefined) {
        const { value, ids } = readCursor(order, 1, page.after);
        const [last, id] = [given.bind(value), given.bind(ids[0] as string)];
        const beyond = order.descending ? '<' : '>';
        where += ` AND (${by} ${beyond} ${last} OR (${by} = ${last} AND a.id > ${id}))`;
      }
      const alerts = await bodies<Alert>(
        `MATCH (a:PortolanAlert) WHERE ${where} RETURN a.body AS body
         ORDER BY ${by} ${order.descending ? 'DESC' : 'ASC'}, a.id LIMIT ${given.bind(page.first + 1)}`,
        given,
      );
      return alertPage(alerts, order, page);
    },

    async count(scope, filter) {
      const given = parameters();
      const [found] = await database.read<{ readonly count: number }>(
        `MATCH (a:PortolanAlert) WHERE ${matching(scope, filter, given)} RETURN count(a) AS count`,
        given.values,
      );
      return found?.count ?? 0;
    },

    async facets(scope, filter, by) {
      checkAlertFacets(by);
      const given = parameters();
      const where = matching(scope, filter, given);
      const techniques = `CASE WHEN size(a.techniques) = 0 THEN [null] ELSE a.techniques END`;
      const values = by.map((field, i) => `${field === 'technique' ? 'technique' : `a.${field}`} AS v${i}`);
      const groups = await database.read<Readonly<Record<string, string | number | null>>>(
        `MATCH (a:PortolanAlert) WHERE ${where} ${by.includes('technique') ? `UNWIND ${techniques} AS technique` : ''}
         RETURN ${values.join(', ')}, count(*) AS count LIMIT ${given.bind(maxFacets + 1)}`,
        given.values,
      );
      return alertFacets(
        by,
        groups.map((group) => ({ count: Number(group.count), values: by.map((_, i) => group[`v${i}`] ?? null) })),
      );
    },

    suppressions(scope, at) {
      const given = parameters();
      return bodies<Suppression>(
        `MATCH (s:PortolanSuppression) WHERE s.tenant = ${given.bind(scope.tenant)} AND s.expiresAt > ${given.bind(at)}
         AND ${placeCypher(scope, 's', given)} RETURN s.body AS body
         ORDER BY s.createdAt DESC, s.id LIMIT ${given.bind(mostSuppressions)}`,
        given,
      );
    },

    async auditTrail(scope, page, about) {
      checkAlertPage(page);
      const given = parameters();
      const { bind } = given;
      const parts = [`e.tenant = ${bind(scope.tenant)}`, placeCypher(scope, 'e', given)];
      if (about !== undefined) parts.push(`e.about = ${bind(about)}`);
      if (page.after !== undefined) {
        const { at, id } = auditPosition(page.after);
        const last = bind(at);
        parts.push(`(e.at < ${last} OR (e.at = ${last} AND e.id > ${bind(id)}))`);
      }
      const entries = await bodies<AuditEntry>(
        `MATCH (e:PortolanAuditEntry) WHERE ${parts.join(' AND ')} RETURN e.body AS body
         ORDER BY e.at DESC, e.id LIMIT ${bind(page.first + 1)}`,
        given,
      );
      return auditPage(entries, page);
    },

    async countAudit(scope, about) {
      const given = parameters();
      const own = about === undefined ? 'true' : `e.about = ${given.bind(about)}`;
      const [found] = await database.read<{ readonly count: number }>(
        `MATCH (e:PortolanAuditEntry) WHERE e.tenant = ${given.bind(scope.tenant)} AND ${own}
         AND ${placeCypher(scope, 'e', given)} RETURN count(e) AS count`,
        given.values,
      );
      return found?.count ?? 0;
    },

    async senders(tenant, cluster) {
      const rows = await database.read<{ readonly body: string }>(
        `MATCH (s:PortolanSender {tenant: $tenant, cluster: $cluster})
         RETURN s.body AS body ORDER BY s.node, s.instance`,
        { tenant, cluster },
      );
      return rows.map(({ body }) => JSON.parse(body) as Sender);
    },

    async reached(tenant) {
      const all = await partitions(tenant);
      const end = Number.MAX_SAFE_INTEGER;
      return {
        last: Object.fromEntries(all.map(({ cluster, version, sequence }) => [cluster, { version, sequence }])),
        floor: Object.fromEntries(all.map(({ cluster, floor }) => [cluster, { version: floor, sequence: end }])),
      };
    },

    async changes(tenant, after) {
      const all = await partitions(tenant);
      const present = new Map(all.map(({ cluster, version }) => [cluster, version]));
      for (const [cluster, { version }] of Object.entries(after)) {
        if (version > (present.get(cluster) ?? 0)) throw expired(cluster, version, 'the records have not reached it');
      }
      const found: LoggedAlert[] = [];
      for (const { cluster, version, floor, sequence } of all) {
        const from = after[cluster] ?? { version: 0, sequence: Number.MAX_SAFE_INTEGER };
        if (from.version < floor) throw expired(cluster, from.version, `the log of alerts begins after ${floor}`);
        if (from.version > version || (from.version === version && from.sequence >= sequence)) continue;
        const rows = await database.read<Position & { readonly at: string; readonly body: string }>(
          `MATCH (l:PortolanAlertEvent) WHERE l.tenant = $tenant AND l.cluster = $cluster
             AND l.version >= $version AND l.version <= $present AND (l.version > $version OR l.sequence > $sequence)
           RETURN l.version AS version, l.sequence AS sequence, l.at AS at, l.body AS body
           ORDER BY l.version, l.sequence LIMIT ${chunk}`,
          { tenant, cluster, version: int(from.version), sequence: int(from.sequence), present: int(version) },
        );
        // Commits before this version's have ended, as each has the lock until then. Of this one's entries, a reader may see some
        // before those that come first: they would be lost to whoever goes on from there.
        let next = from.version === version ? from.sequence + 1 : 0;
        for (const { at, body, ...position } of rows) {
          if (position.version === version && position.sequence !== next++) break;
          found.push({ cluster, position, at, body });
        }
        if (found.length >= chunk) break;
      }
      return found;
    },
  };
}

/** The condition on alerts `a` in scope that match. */
function matching(scope: Scope, filter: AlertFilter, given: Parameters): string {
  checkAlertFilter(filter);
  const { bind } = given;
  const parts = [`a.tenant = ${bind(scope.tenant)}`, placeCypher(scope, 'a', given)];
  const isOneOf = (property: string, values: readonly string[] | undefined): void => {
    if (values !== undefined) parts.push(`a.${property} IN ${bind(values)}`);
  };
  isOneOf('id', filter.ids);
  isOneOf('cluster', filter.clusters);
  isOneOf('namespace', filter.namespaces);
  isOneOf('rule', filter.rules);
  isOneOf('state', filter.states);
  for (const terms of termsOf(filter)) parts.push(`any(term IN a.terms WHERE term IN ${bind(terms)})`);
  if (filter.severityAtLeast) parts.push(`a.severity >= ${bind(severities.indexOf(filter.severityAtLeast))}`);
  if (filter.since !== undefined) parts.push(`a.lastSeen >= ${bind(filter.since)}`);
  if (filter.until !== undefined) parts.push(`a.firstSeen <= ${bind(filter.until)}`);
  if (filter.suppressed !== undefined) parts.push(`a.suppressed = ${bind(filter.suppressed)}`);
  return parts.join(' AND ');
}
