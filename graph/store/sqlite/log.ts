import type { Database } from 'better-sqlite3';
import { StoreError } from '../errors.ts';

/** How much history a partition keeps. */
export interface LogLimits {
  readonly deltas: number;
  /** Of JSON text. */
  readonly bytes: number;
}

/** The log of deltas as the writer sees it. */
export interface DeltaLog {
  /** Moves the partition from `expected` to its next version; VERSION_CONFLICT when it is elsewhere. */
  append(partition: number, cluster: string, expected: number, at: string, delta: string): number;
}

export function deltaLog(db: Database, limits: LogLimits): DeltaLog {
  const findVersion = db.prepare<[number], number>('SELECT version FROM partitions WHERE key = ?').pluck();
  const advance = db.prepare<[number, number, number], { floor: number; bytes: number }>(
    'UPDATE partitions SET version = ?, log_bytes = log_bytes + ? WHERE key = ? RETURNING floor, log_bytes AS bytes',
  );
  const insert = db.prepare('INSERT INTO log (partition, version, at, size, delta) VALUES (?, ?, ?, ?, ?)');
  const sizeOf = db
    .prepare<[number, number], number>('SELECT size FROM log WHERE partition = ? AND version = ?')
    .pluck();
  const cut = cutter(db);

  return {
    append(partition, cluster, expected, at, delta) {
      const found = findVersion.get(partition);
      if (found !== expected) {
        throw new StoreError(
          'VERSION_CONFLICT',
          `${cluster} is at version ${found}, not ${expected}: read what changed and start over.`,
        );
      }
      const version = expected + 1;
      const size = Buffer.byteLength(delta);
      insert.run(partition, version, at, size, delta);
      const now = advance.get(version, size, partition) as { floor: number; bytes: number };
      let { floor, bytes } = now;
      // The newest delta stays, however large.
      while (floor < expected && (version - floor > limits.deltas || bytes > limits.bytes)) {
        floor++;
        bytes -= sizeOf.get(partition, floor) as number;
      }
      if (floor > now.floor) cut(partition, floor, bytes);
      return version;
    },
  };
}

/** Drops the deltas up to `floor` of a partition; `bytes` are left. */
function cutter(db: Database): (partition: number, floor: number, bytes: number) => void {
  const drop = db.prepare('DELETE FROM log WHERE partition = ? AND version <= ?');
  const raise = db.prepare('UPDATE partitions SET floor = ?, log_bytes = ? WHERE key = ?');
  return (partition, floor, bytes) => {
    drop.run(partition, floor);
    raise.run(floor, bytes, partition);
  };
}

/** Drops the deltas of a tenant made before a time, as far as every earlier one goes too. */
export function logPruner(db: Database): (tenant: number, before: string) => void {
  const partitions = db.prepare<[number], { key: number; floor: number; version: number }>(
    'SELECT key, floor, version FROM partitions WHERE tenant = ?',
  );
  const firstKept = db
    .prepare<[number, string], number | null>('SELECT min(version) FROM log WHERE partition = ? AND at >= ?')
    .pluck();
  const bytesAfter = db
    .prepare<[number, number], number>('SELECT total(size) FROM log WHERE partition = ? AND version > ?')
    .pluck();
  const cut = cutter(db);
  return (tenant, before) => {
    for (const { key, floor, version } of partitions.all(tenant)) {
      const next = (firstKept.get(key, before) ?? version + 1) - 1;
      if (next > floor) cut(key, next, bytesAfter.get(key, next) as number);
    }
  };
}
