import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { AuditEvent } from '../../collectors/audit/event.ts';
import { pause } from '../../collectors/audit/pause.ts';
import { AuditSourceError } from '../../collectors/audit/source-error.ts';
import type { Rule } from '../../detections/engine/rule.ts';
import type { GraphNode } from '../../graph/model/graph.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { Records } from '../../graph/records/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { holdLease } from '../fleet/hold-lease.ts';
import { holder } from '../fleet/holder.ts';
import type { AuditFeed } from './audit-feeds.ts';
import { type AuditReporter, auditReporter, keepReporting } from './audit-reporter.ts';
import type { AuditSourceRecords } from './audit-source.ts';
import type { Watches } from './watches.ts';

export interface FollowAuditOptions {
  readonly store: GraphStore;
  readonly records: Records;
  readonly tenant: string;
  readonly watches: Watches;
  readonly logger: Logger;
  /** Where it is kept how it stands with the source. */
  readonly states: AuditSourceRecords;
  /** Those that its events go through. */
  readonly rules: readonly Rule<AuditEvent>[];
  /** The first and the longest wait until a source that failed is asked again, in milliseconds. */
  readonly backoffMs?: readonly [number, number];
}

const lookMs = 2_000;
/** What has been read for so long without a word works; it may be that nothing happens there. */
const worksMs = 15_000;
/** How many problems of a batch are logged, one by one. */
const mostTold = 5;

/**
 * Follows a source of audit events until the signal is aborted. How far it has come is recorded once the alerts up to there
 * are, so that a restart goes on from there; when the process is killed in between, that batch comes again. Of several
 * processes with the same store one reads a cloud's source.
 */
export async function followAudit(feed: AuditFeed, options: FollowAuditOptions, signal: AbortSignal): Promise<void> {
  const { records, tenant, logger } = options;
  const cluster = await clusterOf(feed, options, signal);
  if (cluster === null) return;
  if (feed.provider === 'selfmanaged') return keepFollowing(feed, cluster, options, signal);
  // Replicas that read the same would count everything twice; log files are each machine's own.
  const partition = { tenant, cluster: `audit ${cluster.id} ${feed.address}` };
  const onWait = (): void => logger.info({ source: feed.address }, 'another process reads these audit events');
  while (!signal.aborted) {
    try {
      const work = (_: unknown, held: AbortSignal): Promise<void> => keepFollowing(feed, cluster, options, held);
      await holdLease(records, partition, `${holder}, ${randomUUID()}`, signal, onWait, work);
    } catch (err) {
      if (signal.aborted) return;
      logger.error({ err, source: feed.address }, 'the lease on audit events cannot be had; trying again');
      await pause(lookMs, signal);
    }
  }
}

/** Follows it through whatever goes wrong, until the signal is aborted. */
async function keepFollowing(
  feed: AuditFeed,
  cluster: GraphNode,
  options: FollowAuditOptions,
  signal: AbortSignal,
): Promise<void> {
  const { logger, backoffMs: [first, longest] = [2_000, 120_000] } = options;
  const reporter = auditReporter(feed, options.rules);
  const told = keepReporting(reporter, cluster.id, options.states, logger, signal);
  let failures = 0;
  let logged = '';
  while (!signal.aborted) {
    const startedAt = performance.now();
    const works = setTimeout(reporter.reads, worksMs);
    try {
      await follow(feed, cluster, reporter, options, signal);
    } catch (err) {
      if (signal.aborted) break;
      reporter.fails(err);
      // What held for so long worked, whatever ended it.
      if (performance.now() - startedAt > longest) [failures, logged] = [0, ''];
      // What a person can see to is told in a sentence; the same is told once.
      const [message, details] =
        err instanceof AuditSourceError ? [err.message, {}] : ['following audit events failed; trying again', { err }];
      if (message !== logged) logger.error({ source: feed.address, cluster: cluster.name, ...details }, message);
      logged = message;
      clearTimeout(works);
      await pause(Math.min(longest, first * 2 ** Math.min(failures++, 20)), signal);
    } finally {
      clearTimeout(works);
    }
  }
  await told;
}

/** Waits until the cluster is charted; null when the signal is aborted before. */
async function clusterOf(
  { address, cluster }: AuditFeed,
  { store, tenant, logger }: FollowAuditOptions,
  signal: AbortSignal,
): Promise<GraphNode | null> {
  const missing =
    cluster === null
      ? 'audit events are not read yet: the store holds no cluster, or several; name one, as in CLUSTER=ADDRESS'
      : `audit events are not read yet: no cluster ${cluster} is charted`;
  for (let told = false; !signal.aborted; await pause(lookMs, signal)) {
    try {
      const { items } = await store.find(wholeTenant(tenant), { kinds: ['Cluster'], page: { first: 1_000 } });
      const found = items
        .map(({ item }) => item)
        .filter(({ id, name }) => cluster === null || [id, name].includes(cluster));
      if (found.length === 1) return found[0] ?? null;
      if (!told) logger.warn({ source: address }, missing);
    } catch (err) {
      if (!told) logger.error({ err, source: address }, 'the clusters cannot be looked up; trying again');
    }
    told = true;
  }
  return null;
}

/** Takes over batch after batch, until the signal is aborted. */
async function follow(
  { address, read }: AuditFeed,
  { id, name }: GraphNode,
  reporter: AuditReporter,
  { records, tenant, watches, logger }: FollowAuditOptions,
  signal: AbortSignal,
): Promise<void> {
  const key = `audit-log ${id} ${address}`;
  const recorded = await records.value(tenant, key);
  const after: unknown = recorded === null ? null : JSON.parse(recorded);
  const cluster = { id, name, region: '', account: '' };
  for await (const batch of read(cluster, after, signal)) {
    const { events, problems, cursor } = batch;
    for (const problem of problems.slice(0, mostTold)) logger.warn({ cluster: name, ...problem }, 'audit log');
    if (problems.length > mostTold)
      logger.warn({ cluster: name, source: address, problems: problems.length }, 'more could not be read');
    await watches.of(tenant).take(id, events);
    await records.putValue(tenant, key, JSON.stringify(cursor));
    reporter.took(batch);
  }
}
