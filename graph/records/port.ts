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

/** A place in what was learnt of a cluster: entries lie in the order in which they were written, those of one write by key. */
export interface LearntPlace {
  readonly position: number;
  readonly key: string;
}

export interface LearntPage {
  /** How many writes there have been when this was read; entries of later ones may be among these. */
  readonly position: number;
  readonly entries: readonly (LearntPlace & { readonly value: string })[];
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

  /** What was learnt of a cluster: the first few entries after a place (position 0 and key '' for the first of all). */
  learnt(tenant: string, cluster: string, after: LearntPlace, first: number): Promise<LearntPage>;
  /**
   * Writes it down, all or nothing, as the next write after that at `seen`; false where there was one meanwhile, whose entries
   * are then to be read first. What is forgotten leaves nothing that others could read.
   */
  putLearnt(tenant: string, cluster: string, seen: number, entries: readonly LearntEntry[]): Promise<boolean>;
}
