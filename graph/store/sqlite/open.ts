import type { GraphEdge, GraphNode } from '../../model/graph.ts';
import { checkedAlerts } from '../../records/alerts/checked.ts';
import { followAlerts } from '../../records/alerts/follow.ts';
import type { AlertRecords } from '../../records/alerts/port.ts';
import { defaultLoggedAlerts } from '../../records/alerts/rows.ts';
import type { Records } from '../../records/port.ts';
import { encodeDelta } from '../encode-delta.ts';
import { bell, follow } from '../follow.ts';
import type { OpenedStore } from '../opened.ts';
import type { GraphStore, ScanBatch } from '../port.ts';
import { validateDelta, validateLearnt, validateText } from '../validate.ts';
import type { ScanPage } from './history.ts';
import type { LogLimits } from './log.ts';
import type { ReaderMethods, WriterMethods } from './methods.ts';
import { startThread } from './thread.ts';

export interface SqliteOptions {
  /** The clock that leases run by, in milliseconds since the epoch; Date.now unless a test says otherwise. */
  readonly now?: () => number;
  /** How much history a partition keeps: 10,000 deltas, 256 MiB of them. */
  readonly log?: LogLimits;
  /** How many entries of its log of alerts a partition keeps: 100,000. */
  readonly loggedAlerts?: number;
  /** How often `changes` looks for what other processes committed, in milliseconds: 250. */
  readonly pollMs?: number;
}

const defaultLog: LogLimits = { deltas: 10_000, bytes: 256 * 1024 * 1024 };

/**
 * Opens the store in one SQLite file, made (mode 0600) when there is none. A thread writes and another reads, so that
 * neither a commit nor a long read holds up the event loop or each other. Several processes may open the same file.
 * UPSTREAM_UNAVAILABLE, naming the file and what to do, when it is no database of ours, damaged, or out of reach.
 */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<OpenedStore> {
  const { now = Date.now, log = defaultLog, loggedAlerts = defaultLoggedAlerts, pollMs = 250 } = options;
  const writer = await startThread<WriterMethods>({ path, role: 'writer', log, loggedAlerts });
  const reader = await startThread<ReaderMethods>({ path, role: 'reader', log, loggedAlerts }).catch(async (error) => {
    await writer.close();
    throw error;
  });
  const commits = bell();
  const closing = new AbortController();

  async function close(): Promise<void> {
    closing.abort();
    await reader.close();
    await writer.close(); // the last to leave folds the write-ahead log into the file
  }

  async function* scanBatches(tenant: string, clusters: readonly string[]): AsyncIterable<ScanBatch> {
    for (const cluster of clusters) {
      for (const what of ['nodes', 'shared', 'edges'] as const) {
        for (let after: number | null = 0; after !== null; ) {
          const page: ScanPage<GraphNode | GraphEdge> = await reader.call('scan', tenant, cluster, what, after);
          if (page.items.length > 0) {
            yield what === 'edges'
              ? { edges: page.items as readonly GraphEdge[], cluster }
              : { nodes: page.items as readonly GraphNode[], cluster };
          }
          after = page.after;
        }
      }
    }
  }

  const store: GraphStore = {
    async apply(lease, expected, delta) {
      validateDelta(delta, lease.partition.cluster);
      const version = await writer.call('apply', lease, expected, encodeDelta(delta), now());
      commits.ring();
      return version;
    },
    nodes: (scope, ids) => reader.call('nodes', scope, ids),
    edges: (scope, ids) => reader.call('edges', scope, ids),
    find: (scope, query) => reader.call('find', scope, query),
    count: (scope, kinds, filter) => reader.call('count', scope, kinds, filter),
    facets: (scope, kinds, filter, by) => reader.call('facets', scope, kinds, filter, by),
    adjacent: (scope, ids, query) => reader.call('adjacent', scope, ids, query),
    countAdjacent: (scope, ids, query) => reader.call('countAdjacent', scope, ids, query),
    trees: (scope, ids, shape) => reader.call('trees', scope, ids, shape),
    version: (tenant) => reader.call('version', tenant),
    logBegins: (tenant) => reader.call('logBegins', tenant),
    changes: (tenant, since, signal) =>
      follow(
        tenant,
        since,
        (reached) => reader.call('changes', tenant, reached),
        commits,
        pollMs,
        AbortSignal.any([signal, closing.signal]),
      ),
    async scan(tenant, cluster) {
      const all = await reader.call('version', tenant);
      const version = cluster === undefined ? all : { [cluster]: all[cluster] ?? 0 };
      return { version, batches: scanBatches(tenant, Object.keys(version)) };
    },
    async prune(tenant, before) {
      let more = true;
      while (more) more = await writer.call('prune', tenant, before.toISOString());
    },
    close,
  };

  const records: Records = {
    acquireLease: (partition, holder, ttlMs) => writer.call('acquireLease', partition, holder, ttlMs, now()),
    renewLease: (lease, ttlMs) => writer.call('renewLease', lease, ttlMs, now()),
    releaseLease: (lease) => writer.call('releaseLease', lease, now()),
    lease: (partition) => writer.call('lease', partition),
    namedSet: (tenant, name) => writer.call('namedSet', tenant, name),
    async putNamedSet(tenant, name, ids) {
      for (const text of [tenant, name, ...ids]) validateText(text, `named set ${JSON.stringify(name)}`);
      await writer.call('putNamedSet', tenant, name, ids);
    },
    value: (tenant, name) => writer.call('value', tenant, name),
    async putValue(tenant, name, value) {
      for (const text of [tenant, name, value]) validateText(text, `value ${JSON.stringify(name)}`);
      await writer.call('putValue', tenant, name, value);
    },
    learnt: (tenant, cluster, after, first) => writer.call('learnt', tenant, cluster, after, first),
    async putLearnt(tenant, cluster, seen, entries) {
      validateLearnt(tenant, cluster, entries);
      return writer.call('putLearnt', tenant, cluster, seen, entries);
    },
  };

  const raised = bell();
  const alerts: AlertRecords = checkedAlerts({
    async raise(tenant, cluster, occurrences, at) {
      const events = await writer.call('raiseAlerts', tenant, cluster, occurrences, at);
      raised.ring();
      return events;
    },
    async deliver(tenant, cluster, deliveries, at) {
      const outcomes = await writer.call('deliver', tenant, cluster, deliveries, at);
      raised.ring();
      return outcomes;
    },
    senders: (tenant, cluster) => reader.call('senders', tenant, cluster),
    async change(scope, id, change, act) {
      const alert = await writer.call('changeAlert', scope, id, change, act);
      raised.ring();
      return alert;
    },
    alerts: (scope, ids) => reader.call('alertsById', scope, ids),
    find: (scope, query) => reader.call('findAlerts', scope, query),
    count: (scope, filter) => reader.call('countAlerts', scope, filter),
    facets: (scope, filter, by) => reader.call('alertFacets', scope, filter, by),
    suppress: (scope, rule, act) => writer.call('suppress', scope, rule, act),
    endSuppression: (scope, id, act) => writer.call('endSuppression', scope, id, act),
    suppressions: (scope, at) => reader.call('suppressions', scope, at),
    auditTrail: (scope, page, about) => reader.call('auditTrail', scope, page, about),
    countAudit: (scope, about) => reader.call('countAudit', scope, about),
    reached: (tenant) => reader.call('alertsReached', tenant),
    changes: (tenant, after, signal) =>
      followAlerts(
        after,
        (reached) => reader.call('alertChanges', tenant, reached),
        raised,
        pollMs,
        AbortSignal.any([signal, closing.signal]),
      ),
    prune: (tenant, before) => writer.call('pruneAlerts', tenant, before.toISOString()),
  });

  return { store, records, alerts, close };
}
