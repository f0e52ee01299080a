import { type AuditFeed, auditLogFeed, type CloudAccess, cloudFeed } from '../../ingest/audit-feeds.ts';
import { cloudAddresses } from '../../ingest/cloud-forms.ts';
import { CommandError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/** The sources of audit events that --audit-log and --audit name. */
export function auditFeeds({
  auditLog,
  audit,
  ...access
}: Pick<Settings, 'auditLog' | 'audit'> & CloudAccess): readonly AuditFeed[] {
  const clouds = audit.map((address) => {
    const feed = cloudFeed(address, access);
    if (feed === null) throw new CommandError(`--audit ${address}: there are ${cloudAddresses}`);
    return feed;
  });
  return [...auditLog.map(auditLogFeed), ...clouds];
}
