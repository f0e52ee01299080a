import type { Partition } from '../model/graph.ts';
import type { Lease } from '../store/port.ts';

/** A lease as it is held: `expiresAt` in milliseconds since the epoch. */
export interface HeldLease extends Lease {
  readonly expiresAt: number;
}

/** Something learnt, as detections/baselines writes it down: opaque texts; null for what is forgotten. */
export interface LearntEntry {
  /** At most 200 letters, digits and `._-`. */
  readonly key: string;
  readonly value: string | null;
}

/**
 * What cannot be rebuilt from the clusters: leases, named sets, cursors, what was learnt. Migrated by numbered steps,
 * and never part of the graph's version.
 */
export interface Records {
  /** Takes the partition if it is free or its lease has run out; null while somebody else holds it. */
  acquireLease(partition: Partition, holder: string, ttlMs: number): Promise<HeldLease | null>;
  /** Prolongs it; null when it has been lost. */
  renewLease(lease: Lease, ttlMs: number): Promise<HeldLease | null>;
  /** It then ends now. */
  releaseLease(lease: Lease): Promise<void>;
  /** The last lease on a partition, whether it still stands or has ended; null where there never was one. */
  lease(partition: Partition): Promise<HeldLease | null>;

  /** A named set of node ids, such as CROWN_JEWELS; empty when there is none. */
  namedSet(tenant: string, name: string): Promise<readonly string[]>;
  putNamedSet(tenant: string, name: string, ids: readonly string[]): Promise<void>;

  /** Small durable facts by name, such as the model's hash or a source's cursor. */
  value(tenant: string, name: string): Promise<string | null>;
  putValue(tenant: string, name: string, value: string): Promise<void>;

  /** What was learnt of a cluster, in the order of keys: the first few after one ('' for the first of all). */
  learnt(tenant: string, cluster: string, after: string, first: number): Promise<readonly LearntEntry[]>;
  /** Writes it down, all or nothing. */
  putLearnt(tenant: string, cluster: string, entries: readonly LearntEntry[]): Promise<void>;
}
