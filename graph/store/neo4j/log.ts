import { int } from 'neo4j-driver';
import type { Partition } from '../../model/graph.ts';
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
  const log = { newest: entry.version, floor: found.floor, bytes: found.bytes + size };
  const left = await withinLimits(run, partition, log, limits);
  if (left.floor > log.floor) await cutLog(run, partition, log.floor, left);
  return 'appended';
}

/** A partition's log: its deltas after `floor` up to `newest`, and their size. */
interface Log {
  readonly newest: number;
  readonly floor: number;
  readonly bytes: number;
}

/** How many of the oldest deltas are looked at together: most commits drop one. */
const lookedAt = 100;

/** The log without the oldest deltas that are past the limits; the newest stays, however large. Costs as much as it drops. */
async function withinLimits(run: Run, { tenant, cluster }: Partition, log: Log, limits: LogLimits): Promise<Log> {
  let { floor, bytes } = log;
  const isOver = () => floor < log.newest - 1 && (log.newest - floor > limits.deltas || bytes > limits.bytes);
  while (isOver()) {
    const sizes = await run<{ readonly version: number; readonly size: number }>(
      `MATCH (d:PortolanDelta {tenant: $tenant, cluster: $cluster}) WHERE d.version > $floor AND d.version <= $last
       RETURN d.version AS version, d.size AS size ORDER BY version`,
      { tenant, cluster, floor: int(floor), last: int(Math.min(floor + lookedAt, log.newest - 1)) },
    );
    if (sizes.length === 0) break; // never, as the log is dense
    for (const { version, size } of sizes) {
      if (!isOver()) break;
      floor = version;
      bytes -= size;
    }
  }
  return { ...log, floor, bytes };
}

/** Drops the deltas after `from` up to where the log now begins. */
async function cutLog(run: Run, { tenant, cluster }: Partition, from: number, { floor, bytes }: Log): Promise<void> {
  await run(
    `MATCH (p:PortolanPartition {tenant: $tenant, cluster: $cluster}) SET p.floor = $floor, p.logBytes = $bytes
     WITH p MATCH (d:PortolanDelta {tenant: $tenant, cluster: $cluster}) WHERE d.version > $from AND d.version <= $floor
     DELETE d`,
    { tenant, cluster, from: int(from), floor: int(floor), bytes: int(bytes) },
  );
}
