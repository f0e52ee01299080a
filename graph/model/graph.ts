import type { NodeKind, NodeProperties } from './kinds.ts';

/** A node as stores keep it and callers get it. */
export interface GraphNode<K extends NodeKind = NodeKind> {
  /** A pure function of the natural key, in printable ASCII; see id.ts. */
  readonly id: string;
  readonly kind: K;
  /** The readable name, unique among the living nodes of a cluster: `Pod/default/web`, `Node/worker-1`, `Internet`. */
  readonly ref: string;
  /** The partition's cluster, by id; null for a node that clusters share. */
  readonly cluster: string | null;
  readonly namespace: string | null;
  readonly name: string;
  readonly properties: NodeProperties<K>;
  /** The extents that vouch for it, such as `kubernetes/Pod`, sorted. */
  readonly claims: readonly string[];
  /** RFC 3339; null while it lives. A tombstone is found by id only. */
  readonly deletedAt: string | null;
}

/** One object and the field of it that an attack edge rests on. */
export interface EvidenceItem {
  /** The readable name of the object, such as `RoleBinding/default/ci`. */
  readonly object: string;
  /** A field path within it, such as `rules[2]` or `spec.containers[0].securityContext.privileged`. */
  readonly field: string;
}

/** Alternatives, each a list of what it needs: the edge holds while one alternative is whole. */
export type Evidence = readonly (readonly EvidenceItem[])[];

/** What makes an edge a step of an attack. */
export interface AttackFacts {
  /** A technique is a step an attacker takes; a link costs nothing and is no hop. */
  readonly class: 'technique' | 'link';
  /** 0 to 9: the path weight. Links are 0. */
  readonly difficulty: number;
  readonly evidence: Evidence;
}

export type EdgeProperties = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/** A relationship between two nodes. There is at most one of a kind from one node to another. */
export interface GraphEdge {
  /** A pure function of from, kind and to; see id.ts. */
  readonly id: string;
  /** A relationship kind of the model, or the name of an attack edge. */
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  /** Null for a relationship that is merely observed. */
  readonly attack: AttackFacts | null;
  readonly properties: EdgeProperties;
  /** The extents that vouch for it, sorted. */
  readonly claims: readonly string[];
}

/**
 * A part of the graph with one writer at a time: one for each cluster of a tenant.
 * An edge belongs to the partition that derived or observed it.
 */
export interface Partition {
  readonly tenant: string;
  /** The cluster's id (Cluster node id). */
  readonly cluster: string;
}

/** What one commit changes: whole new states, so that applying it twice is applying it once. */
export interface Delta {
  /** When it was made, RFC 3339; removed nodes become tombstones of this time. */
  readonly at: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Ids of nodes this partition no longer claims. */
  readonly removedNodes: readonly string[];
  readonly removedEdges: readonly string[];
}

/** The most changes one delta may hold; a larger observation is a run of deltas. */
export const maxDeltaChanges = 10_000;

/** A delta with the dense version it brought its partition to. */
export interface CommittedDelta {
  readonly partition: Partition;
  readonly version: number;
  readonly delta: Delta;
}

/** The version of each partition of a tenant, by cluster id. */
export type VersionVector = Readonly<Record<string, number>>;
