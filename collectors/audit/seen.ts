import type { AuditRecord } from './event.ts';

/** Which events have been taken already: sources repeat themselves, and an event may come by two routes. */
export interface Seen {
  has(cluster: string, record: Pick<AuditRecord, 'auditID' | 'stage'>): boolean;
  add(cluster: string, record: Pick<AuditRecord, 'auditID' | 'stage'>): void;
}

/** Remembers at least the last `most` events, and less than twice as many, at about 150 bytes each. */
export function seenEvents(most = 100_000): Seen {
  let young = new Set<string>();
  let old = new Set<string>();
  const key = (cluster: string, { auditID, stage }: Pick<AuditRecord, 'auditID' | 'stage'>): string =>
    `${cluster} ${stage} ${auditID}`;
  return {
    has(cluster, record) {
      const wanted = key(cluster, record);
      return young.has(wanted) || old.has(wanted);
    },
    add(cluster, record) {
      young.add(key(cluster, record));
      if (young.size < most) return;
      old = young;
      young = new Set();
    },
  };
}
