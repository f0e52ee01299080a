import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { followLog, type LogCursor } from '../../collectors/audit/follow-log.ts';
import type { GraphNode } from '../../graph/model/graph.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { Records } from '../../graph/records/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import type { Watches } from './watches.ts';

/** An audit log to follow, as the settings name it: FILE, or CLUSTER=FILE. */
export interface AuditLog {
  readonly path: string;
  /** Name or id; null for the only cluster there is. */
  readonly cluster: string | null;
}

export interface AuditLogOptions {
  readonly store: GraphStore;
  readonly records: Records;
  readonly tenant: string;
  readonly watches: Watches;
  readonly logger: Logger;
}

const pauseMs = 2_000;

export function auditLogOf(text: string): AuditLog {
  const [, cluster, path] = /^([^=/]+)=(.+)$/.exec(text) ?? [];
  return { path: resolve(path ?? text), cluster: cluster ?? null };
}

/**
 * Follows an audit log until the signal is aborted. How far it has come is recorded once the alerts up to there are, so
 * that a restart goes on from there; when the process is killed in between, that batch comes again.
 */
export async function followAuditLog(log: AuditLog, options: AuditLogOptions, signal: AbortSignal): Promise<void> {
  const { logger } = options;
  const retry = async <T>(what: string, work: () => Promise<T | null>): Promise<T | null> => {
    let told = false;
    while (!signal.aborted) {
      try {
        const done = await work();
        if (done !== null) return done;
        if (!told) logger.warn({ file: log.path }, what);
      } catch (err) {
        if (!told) logger.error({ err, file: log.path }, what);
      }
      told = true;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    return null;
  };
  const cluster = await retry(
    log.cluster === null
      ? 'the audit log is not read yet: the store holds no cluster, or several; name one: --audit-log CLUSTER=FILE'
      : `the audit log is not read yet: no cluster ${log.cluster} is charted`,
    () => clusterOf(log, options),
  );
  if (cluster !== null)
    await retry('following the audit log failed; trying again', () => follow(log, cluster, options, signal));
}

async function clusterOf({ cluster }: AuditLog, { store, tenant }: AuditLogOptions): Promise<GraphNode | null> {
  const { items } = await store.find(wholeTenant(tenant), { kinds: ['Cluster'], page: { first: 1_000 } });
  const found = items
    .map(({ item }) => item)
    .filter(({ id, name }) => cluster === null || [id, name].includes(cluster));
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** Resolves when the signal is aborted, with nothing to be tried again. */
async function follow(
  { path }: AuditLog,
  { id, name }: GraphNode,
  { records, tenant, watches, logger }: AuditLogOptions,
  signal: AbortSignal,
): Promise<true> {
  const key = `audit-log ${id} ${path}`;
  const recorded = await records.value(tenant, key);
  const after = recorded === null ? null : (JSON.parse(recorded) as LogCursor);
  const cluster = { id, name, region: '', account: '' };
  const source = { provider: 'selfmanaged', route: 'file', cluster } as const;
  for await (const { events, problems, cursor } of followLog(path, { source, after }, signal)) {
    for (const problem of problems.slice(0, 5)) logger.warn({ cluster: name, ...problem }, 'audit log');
    await watches.of(tenant).take(id, events);
    await records.putValue(tenant, key, JSON.stringify(cursor));
  }
  return true;
}
