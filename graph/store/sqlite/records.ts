import type { Database } from 'better-sqlite3';
import type { Partition } from '../../model/graph.ts';
import type { HeldLease, LearntEntry, LearntPage, LearntPlace } from '../../records/port.ts';
import type { Lease } from '../port.ts';
import { learntWrites } from '../validate.ts';

/** The records as the writer's thread keeps them; times in milliseconds since the epoch. */
export function records(db: Database) {
  // A token is never given twice, so that whoever held an earlier one is told apart.
  const acquire = db
    .prepare<[string, string, string, number, number], number>(
      `INSERT INTO leases (tenant, cluster, holder, token, expires_at) VALUES (?, ?, ?, 1, ?)
       ON CONFLICT (tenant, cluster) DO UPDATE
       SET holder = excluded.holder, token = token + 1, expires_at = excluded.expires_at
       WHERE holder = excluded.holder OR expires_at <= ?
       RETURNING token`,
    )
    .pluck();
  const renew = db.prepare(
    'UPDATE leases SET expires_at = ? WHERE tenant = ? AND cluster = ? AND holder = ? AND token = ? AND expires_at > ?',
  );
  const release = db.prepare(
    'UPDATE leases SET expires_at = min(expires_at, ?) WHERE tenant = ? AND cluster = ? AND holder = ? AND token = ?',
  );
  const findLease = db.prepare<[string, string], Omit<HeldLease, 'partition'>>(
    'SELECT holder, token, expires_at AS expiresAt FROM leases WHERE tenant = ? AND cluster = ?',
  );
  const findSet = db
    .prepare<[string, string], string>('SELECT ids FROM named_sets WHERE tenant = ? AND name = ?')
    .pluck();
  const putSet = db.prepare('INSERT OR REPLACE INTO named_sets (tenant, name, ids) VALUES (?, ?, ?)');
  const findFact = db
    .prepare<[string, string], string>('SELECT value FROM facts WHERE tenant = ? AND name = ?')
    .pluck();
  const putFact = db.prepare('INSERT OR REPLACE INTO facts (tenant, name, value) VALUES (?, ?, ?)');
  const findLearnt = db.prepare<[string, string, number, string, number], LearntPage['entries'][number]>(
    `SELECT position, key, value FROM learnt WHERE tenant = ? AND cluster = ? AND (position, key) > (?, ?)
     ORDER BY position, key LIMIT ?`,
  );
  const putLearnt = db.prepare(
    'INSERT OR REPLACE INTO learnt (tenant, cluster, key, value, position) VALUES (?, ?, ?, ?, ?)',
  );
  const dropLearnt = db.prepare('DELETE FROM learnt WHERE tenant = ? AND cluster = ? AND key = ?');
  const writes = (tenant: string, cluster: string): number => Number(findFact.get(tenant, learntWrites(cluster)) ?? 0);
  const putAllLearnt = db.transaction(
    (tenant: string, cluster: string, seen: number, entries: readonly LearntEntry[]): boolean => {
      if (writes(tenant, cluster) !== seen) return false;
      for (const { key, value } of entries) {
        if (value === null) dropLearnt.run(tenant, cluster, key);
        else putLearnt.run(tenant, cluster, key, value, seen + 1);
      }
      putFact.run(tenant, learntWrites(cluster), String(seen + 1));
      return true;
    },
  );

  return {
    acquireLease(partition: Partition, holder: string, ttlMs: number, now: number): HeldLease | null {
      const expiresAt = now + ttlMs;
      const token = acquire.get(partition.tenant, partition.cluster, holder, expiresAt, now);
      return token === undefined ? null : { partition, holder, token, expiresAt };
    },
    renewLease({ partition, holder, token }: Lease, ttlMs: number, now: number): HeldLease | null {
      const expiresAt = now + ttlMs;
      const { changes } = renew.run(expiresAt, partition.tenant, partition.cluster, holder, token, now);
      return changes === 0 ? null : { partition, holder, token, expiresAt };
    },
    releaseLease({ partition, holder, token }: Lease, now: number): void {
      release.run(now, partition.tenant, partition.cluster, holder, token);
    },
    lease(partition: Partition): HeldLease | null {
      const found = findLease.get(partition.tenant, partition.cluster);
      return found === undefined ? null : { partition, ...found };
    },
    namedSet: (tenant: string, name: string): readonly string[] =>
      JSON.parse(findSet.get(tenant, name) ?? '[]') as readonly string[],
    putNamedSet(tenant: string, name: string, ids: readonly string[]): void {
      putSet.run(tenant, name, JSON.stringify(ids));
    },
    value: (tenant: string, name: string): string | null => findFact.get(tenant, name) ?? null,
    putValue(tenant: string, name: string, value: string): void {
      putFact.run(tenant, name, value);
    },
    learnt: (tenant: string, cluster: string, { position, key }: LearntPlace, first: number): LearntPage => ({
      position: writes(tenant, cluster),
      entries: findLearnt.all(tenant, cluster, position, key, first),
    }),
    putLearnt: (tenant: string, cluster: string, seen: number, entries: readonly LearntEntry[]): boolean =>
      putAllLearnt.immediate(tenant, cluster, seen, entries),
  };
}
