import type { CommittedDelta, Delta, GraphEdge, GraphNode, Partition, VersionVector } from '../model/graph.ts';
import type { NodeKind } from '../model/kinds.ts';
import type { Scope } from '../model/scope.ts';
import type { Direction, Filter, Order, Page, PageRequest } from './filter.ts';

export interface FindQuery {
  /** Empty for every kind that is not hidden. */
  readonly kinds: readonly NodeKind[];
  readonly filter?: Filter;
  /** By default by readable name. Order is by code point, nulls last, then by id. */
  readonly order?: Order;
  readonly page: PageRequest;
}

export interface AdjacentQuery {
  /** Kinds of relationship; empty for all. */
  readonly relationships: readonly string[];
  readonly direction: Direction;
  readonly kinds?: readonly NodeKind[];
  readonly filter?: Filter;
  readonly order?: Order;
  readonly page: PageRequest;
}

export interface Neighbour {
  readonly edge: GraphEdge;
  readonly node: GraphNode;
}

/** A node as far as it was asked for. */
export type NodeView<K extends NodeKind = NodeKind> = Pick<GraphNode<K>, 'id' | 'kind' | 'properties' | 'deletedAt'> &
  Partial<Pick<GraphNode, 'ref' | 'name' | 'cluster' | 'namespace'>>;

export type CountQuery = Omit<AdjacentQuery, 'page' | 'order'>;

/** What is wanted of each of some nodes. Its limits are `shapeLimits`. */
export interface Shape {
  /** Names of properties, and of `ref`, `name`, `cluster` and `namespace`: others may be missing. */
  readonly fields: readonly string[];
  readonly branches: readonly Branch[];
}

/** What hangs from a node: a page of its neighbours, the one where there is at most one (else the first by id), or how many. */
export type Branch =
  | { readonly page: AdjacentQuery; readonly shape: Shape }
  | { readonly one: CountQuery; readonly shape: Shape }
  | { readonly count: CountQuery };

export type Found = Page<Tree> | Tree | null | number;

/** A node and what was asked to hang from it, branch by branch in the order of the shape. Nothing hangs from a tombstone. */
export interface Tree {
  readonly node: NodeView;
  readonly branches: readonly Found[];
}

export interface Facet {
  /** The values of the fields asked for, in their order; null where a node has none. A list property counts each entry. */
  readonly values: readonly (string | number | boolean | null)[];
  readonly count: number;
}

/** The right to write a partition, from Records.lease; `token` grows with each holder and fences older ones. */
export interface Lease {
  readonly partition: Partition;
  readonly holder: string;
  readonly token: number;
}

export type ScanBatch =
  | { readonly nodes: readonly GraphNode[]; readonly cluster: string }
  | { readonly edges: readonly GraphEdge[]; readonly cluster: string };

/**
 * What is known, kept for good. Narrow and batched; every read takes the caller's scope first,
 * and what lies outside it is not found. Failures a caller can act on are `StoreError`s.
 */
export interface GraphStore {
  /**
   * Commits a delta under the partition's next version, all or nothing; durable when it returns. A call need not wait for
   * the one before: those of a partition are committed in the order in which they were made.
   * Throws VERSION_CONFLICT when the partition is not at `expected`, LEASE_LOST when the lease is no longer held,
   * INVALID_VALUE (naming node and property) for a value that would not survive, TOO_LARGE past maxDeltaChanges.
   */
  apply(lease: Lease, expected: number, delta: Delta): Promise<number>;

  /** In the order of `ids`; null where there is none in scope. Tombstones are found too. */
  nodes(scope: Scope, ids: readonly string[]): Promise<readonly (GraphNode | null)[]>;
  /** In the order of `ids`; null unless the edge and both its ends are in scope. */
  edges(scope: Scope, ids: readonly string[]): Promise<readonly (GraphEdge | null)[]>;
  find(scope: Scope, query: FindQuery): Promise<Page<GraphNode>>;
  count(scope: Scope, kinds: readonly NodeKind[], filter?: Filter): Promise<number>;
  facets(
    scope: Scope,
    kinds: readonly NodeKind[],
    filter: Filter | undefined,
    by: readonly string[],
  ): Promise<readonly Facet[]>;
  /** A page of neighbours for each id, in one statement for the batch. */
  adjacent(scope: Scope, ids: readonly string[], query: AdjacentQuery): Promise<readonly Page<Neighbour>[]>;
  countAdjacent(scope: Scope, ids: readonly string[], query: CountQuery): Promise<readonly number[]>;
  /** As `nodes`, each with what hangs from it: all that `adjacent` and `countAdjacent` would tell level by level, at once. */
  trees(scope: Scope, ids: readonly string[], shape: Shape): Promise<readonly (Tree | null)[]>;

  version(tenant: string): Promise<VersionVector>;
  /** The version of each partition after which every delta is still logged. */
  logBegins(tenant: string): Promise<VersionVector>;
  /** Every delta after `since`, partition by partition in order, then those to come until the signal ends it. Throws VERSION_EXPIRED when some are gone. */
  changes(tenant: string, since: VersionVector, signal: AbortSignal): AsyncIterable<CommittedDelta>;
  /**
   * The version it starts at, then everything alive, in batches (of one partition if given). It may mix states while others write:
   * replaying `changes` from the starting version converges. Edges whose node is gone are left out by the reader.
   */
  scan(
    tenant: string,
    cluster?: string,
  ): Promise<{ readonly version: VersionVector; readonly batches: AsyncIterable<ScanBatch> }>;

  /** Drops tombstones and deltas older than this time. */
  prune(tenant: string, before: Date): Promise<void>;
  close(): Promise<void>;
}
