import type { Database } from 'better-sqlite3';
import { logPruner } from './log.ts';
import type { NodeKeyMemory } from './node-keys.ts';

const batch = 1_000;

/** Drops a tenant's tombstones and deltas older than `before`, a batch in each call; true while there is more. */
export type Prune = (tenant: string, before: string) => boolean;

export function pruner(db: Database, keys: NodeKeyMemory): Prune {
  const findTenant = db.prepare<[string], number>('SELECT key FROM tenants WHERE name = ?').pluck();
  const pruneLog = logPruner(db);
  const dropClaims = db.prepare(
    'DELETE FROM claims WHERE deleted < ? AND partition IN (SELECT key FROM partitions WHERE tenant = ?)',
  );
  const findDead = db
    .prepare<[number, string, number], number>(
      `SELECT key FROM nodes WHERE tenant = ? AND deleted > '' AND deleted < ?
       AND NOT EXISTS (SELECT 1 FROM claims WHERE node = nodes.key) LIMIT ?`,
    )
    .pluck();
  // Edges that outlive an end of theirs keep its number, for the day it comes back.
  const forget = db.prepare(
    `UPDATE nodes SET partition = NULL, kind = '', ref = '', namespace = NULL, name = '', properties = '{}',
     claims = NULL, deleted = '' WHERE key = ?`,
  );
  const dropUnused = db.prepare(
    `DELETE FROM nodes WHERE tenant = ? AND deleted = '' AND NOT EXISTS (SELECT 1 FROM edges WHERE source = nodes.key)
     AND NOT EXISTS (SELECT 1 FROM edges WHERE target = nodes.key)`,
  );
  const prune = db.transaction((tenant: number, before: string): boolean => {
    pruneLog(tenant, before);
    dropClaims.run(before, tenant);
    const dead = findDead.all(tenant, before, batch);
    for (const key of dead) forget.run(key);
    dropUnused.run(tenant);
    keys.forget();
    return dead.length === batch;
  });
  return (tenant, before) => {
    const key = findTenant.get(tenant);
    return key === undefined ? false : prune.immediate(key, before);
  };
}
