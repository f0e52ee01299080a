import type { Database } from './database.ts';
import { endsOfKinds, uneven, unmark } from './even.ts';

/** Drops a tenant's tombstones and deltas older than a time (RFC 3339, UTC). */
export function pruner(database: Database) {
  return async (tenant: string, before: string): Promise<void> => {
    const given = { tenant, before };
    await database.writing((run) => run(pruneLog, given));
    await database.writing((run) => run(dropClaims, given));
    await database.alone(
      `MATCH (n:Tombstone) WHERE n.tenant = $tenant AND n.deletedAt < $before
       CALL (n) { ${forget} } IN TRANSACTIONS OF 1000 ROWS`,
      given,
    );
    await database.writing((run) =>
      run('MATCH (n:Entity) WHERE n.tenant = $tenant AND n.kind IS NULL AND NOT (n)--() DELETE n', given),
    );
    await database.alone(
      `MATCH (n:${uneven}) WHERE n.tenant = $tenant CALL (n) { ${unmark} } IN TRANSACTIONS OF 1000 ROWS`,
      { tenant, ends: endsOfKinds },
    );
  };
}

// Cut only from its beginning, so that the log stays dense. Locked first, as a commit is.
const pruneLog = `MATCH (p:PortolanPartition) WHERE p.tenant = $tenant AND p.version > 0
  SET p.tenant = $tenant
  WITH p
  CALL (p) {
    OPTIONAL MATCH (kept:PortolanDelta {tenant: p.tenant, cluster: p.cluster}) WHERE kept.at >= $before
    RETURN min(kept.version) AS first
  }
  WITH p, coalesce(first - 1, p.version) AS floor WHERE floor > p.floor
  MATCH (d:PortolanDelta {tenant: p.tenant, cluster: p.cluster})
  WITH p, floor, sum(CASE WHEN d.version > floor THEN d.size ELSE 0 END) AS bytes,
    collect(CASE WHEN d.version <= floor THEN d END) AS dropped
  SET p.floor = floor, p.logBytes = bytes
  FOREACH (d IN dropped | DELETE d)`;

const dropClaims = `MATCH (n:Entity) WHERE n.tenant = $tenant AND any(time IN n.claimRemoved WHERE time <> '' AND time < $before)
  SET n.tenant = $tenant
  WITH n, [i IN range(0, size(n.claimRemoved) - 1) WHERE n.claimRemoved[i] = '' OR n.claimRemoved[i] >= $before] AS kept
  WITH n, [i IN kept | n.claimClusters[i]] AS clusters, [i IN kept | n.claimNamespaces[i]] AS namespaces,
    [i IN kept | n.claimExtents[i]] AS extents, [i IN kept | n.claimRemoved[i]] AS removed
  SET n.claimClusters = clusters, n.claimNamespaces = namespaces, n.claimExtents = extents, n.claimRemoved = removed`;

// Edges that outlive an end of theirs keep it, without a kind, for the day it comes back.
const forget = `SET n.id = n.id
  WITH n WHERE n.deletedAt < $before AND coalesce(size(n.claimClusters), 0) = 0
  SET n = {tenant: n.tenant, id: n.id} REMOVE n:Tombstone`;
