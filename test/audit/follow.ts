import type { Logger } from 'pino';
import { loadDetections } from '../../detections/load.ts';
import { packFiles } from '../../detections/rules/pack.ts';
import type { AuditFeed, CloudAccess } from '../../gateway/ingest/audit-feeds.ts';
import { auditSourceRecords } from '../../gateway/ingest/audit-source.ts';
import { followAudit } from '../../gateway/ingest/follow-audit.ts';
import { openLearning } from '../../gateway/ingest/learnt.ts';
import { openWatches } from '../../gateway/ingest/watches.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { House } from '../gateway/testbed.ts';

/** What a test's cloud feed is told, where nothing else is. */
export const access: CloudAccess = {
  eventHubs: null,
  consumerGroup: '$Default',
  storageAccount: null,
  auditLateness: 2,
};

/** Follows a source of audit events as a process of its own would, which ends once something holds. */
export async function followUntil(
  until: () => Promise<boolean>,
  house: House,
  feed: AuditFeed,
  logger: Logger,
): Promise<void> {
  const stop = new AbortController();
  const load = () => loadDetections(packFiles());
  const options = {
    ...house,
    logger,
    watches: openWatches(house, load, openLearning(house.records, 0), logger),
    states: auditSourceRecords(house.records, house.tenant),
    rules: load().engines.k8s_audit.rules,
    backoffMs: [20, 100],
  } as const;
  const following = followAudit(feed, options, stop.signal);
  for (const limit = Date.now() + 20_000; !(await until()) && Date.now() < limit; )
    await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  await following;
}

/** The pods of which there are alerts, each with how often. */
export async function alertedPods({ alerts, tenant }: House): Promise<readonly (readonly [unknown, number])[]> {
  const { items } = await alerts.find(wholeTenant(tenant), { page: { first: 10 } });
  return items.map(({ item }) => [item.fields['ka.target.name'], item.count] as const).sort();
}
