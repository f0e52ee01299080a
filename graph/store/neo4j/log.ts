import { int } from 'neo4j-driver';
import { StoreError } from '../errors.ts';
import type { Lease } from '../port.ts';
import type { Run } from './database.ts';
import { checkModel } from './schema.ts';

/** How much history a partition keeps. */
export interface LogLimits {
  readonly deltas: number;
  /** Of compressed JSON. */
  readonly bytes: number;
}

export interface LogEntry {
  readonly version: number;
  /** RFC 3339 in UTC with milliseconds. */
  readonly at: string;
  /** The delta's JSON, compressed. */
  readonly body: Uint8Array;
  /** Names the call, so that one whose answer was lost with the connection is known when it is tried again. */
  readonly commit: string;
}

interface Found {
  readonly held: boolean;
  readonly version: number;
  readonly commit: string | null;
  readonly floor: number;
  readonly bytes: number;
  readonly model: string | null;
}

/** The time at which a statement reads it, in milliseconds: the server's, which all who hold leases share. */
export const serverNow = 'datetime.realtime().epochMillis';

/**
 * Moves the lease's partition to the entry's version and keeps the delta, as the first of the transaction: the partition's
 * lock is taken before anything is read, and held to the end. LEASE_LOST and VERSION_CONFLICT as the port says;
 * `committed` when an earlier try of this very call did all of it.
 */
export async function appendDelta(
  run: Run,
  { partition, holder, token }: Lease,
  entry: LogEntry,
  limits: LogLimits,
): Promise<'appended' | 'committed'> {
  const { tenant, cluster } = partition;
  const [found] = await run<Found>(
    `MATCH (p:PortolanPartition {tenant: $tenant, cluster: $cluster}) SET p.cluster = $cluster
     WITH p OPTIONAL MATCH (m:PortolanModel {name: 'graph'})
     RETURN p.holder = $holder AND p.token = $token AND p.expiresAt > ${serverNow} AS held,
       p.version AS version, p.commit AS commit, p.floor AS floor, p.logBytes AS bytes, m.hash AS model`,
    { tenant, cluster, holder, token: int(token) },
  );
  if (found?.commit === entry.commit) return 'committed';
  if (!found?.held) {
    throw new StoreError('LEASE_LOST', `${holder} no longer holds the lease on ${cluster}: acquire it and start over.`);
  }
  checkModel(found.model);
  const expected = entry.version - 1;
  if (found.version !== expected) {
    throw new StoreError(
      'VERSION_CONFLICT',
      `${cluster} is at version ${found.version}, not ${expected}: read what changed and start over.`,
    );
  }
  const size = entry.body.byteLength;
  await run(
    `MATCH (p:PortolanPartition {tenant: $tenant, cluster: $cluster})
     SET p.version = $version, p.commit = $commit, p.logBytes = p.logBytes + $size
     CREATE (:PortolanDelta {tenant: $tenant, cluster: $cluster, version: $version, at: $at, size: $size, body: $body})`,
    {
      ...{ tenant, cluster, at: entry.at, commit: entry.commit },
      ...{ version: int(entry.version), size: int(size), body: Int8Array.from(entry.body) },
    },
  );
  if (entry.version - found.floor > limits.deltas || found.bytes + size > limits.bytes) {
    await cutLog(run, tenant, cluster, limits);
  }
  return 'appended';
}

/** Drops the oldest deltas past the limits; the newest stays, however large. */
async function cutLog(run: Run, tenant: string, cluster: string, limits: LogLimits): Promise<void> {
  await run(
    `MATCH (p:PortolanPartition {tenant: $tenant, cluster: $cluster})
     MATCH (d:PortolanDelta {tenant: $tenant, cluster: $cluster}) WHERE d.version > p.floor
     WITH p, d ORDER BY d.version DESC
     WITH p, collect(d) AS deltas
     WITH p, deltas, [i IN range(1, size(deltas) - 1)
       WHERE i >= $deltas OR reduce(sum = 0, d IN deltas[..i + 1] | sum + d.size) > $bytes][0] AS first
     WHERE first IS NOT NULL
     SET p.floor = deltas[first].version, p.logBytes = reduce(sum = 0, d IN deltas[..first] | sum + d.size)
     FOREACH (d IN deltas[first..] | DELETE d)`,
    { tenant, cluster, deltas: int(limits.deltas), bytes: int(limits.bytes) },
  );
}
