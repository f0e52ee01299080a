import { type AuditFeed, auditLogFeed, cloudFeed } from '../../ingest/audit-feeds.ts';
import { cloudAddresses } from '../../ingest/cloud-forms.ts';
import { CommandError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/** The sources of audit events that --audit-log and --audit name. */
export function auditFeeds({
  auditLog,
  audit,
  eventHubs,
}: Pick<Settings, 'auditLog' | 'audit' | 'eventHubs'>): readonly AuditFeed[] {
  const clouds = audit.map((address) => {
    const feed = cloudFeed(address, { eventHubs });
    if (feed === null) throw new CommandError(`--audit ${address}: there are ${cloudAddresses}`);
    return feed;
  });
  return [...auditLog.map(auditLogFeed), ...clouds];
}
