import { existsSync } from 'node:fs';
import { type AuditFeed, auditLogFeed, type CloudAccess, cloudFeed } from '../../ingest/audit-feeds.ts';
import { cloudAddresses } from '../../ingest/cloud-forms.ts';
import type { Terminal } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/** The sources of audit events that --audit-log and --audit name. A log may come later, and may be misspelt, which is told. */
export function auditFeeds(
  { auditLog, audit, ...access }: Pick<Settings, 'auditLog' | 'audit'> & CloudAccess,
  { err }: Terminal,
): readonly AuditFeed[] {
  const clouds = audit.map((address) => {
    const feed = cloudFeed(address, access);
    if (feed === null) throw new CommandError(`--audit ${address}: there are ${cloudAddresses}`);
    return feed;
  });
  const logs = auditLog.map(auditLogFeed);
  for (const { address } of logs)
    if (!existsSync(address)) err(`--audit-log ${address} is not there: it is read once it is\n`);
  return [...logs, ...clouds];
}
