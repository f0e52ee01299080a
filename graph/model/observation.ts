import type { EdgeProperties } from './graph.ts';
import type { NodeKind, NodeProperties } from './kinds.ts';
import type { ObservedRelationship } from './relationships.ts';

/** What one observation speaks for: one kind of object, from one source, in one cluster. Written `source/kind`. */
export interface Extent {
  readonly source: string;
  /** The kind of object read, which need not be a kind of node: `EndpointSlice`. */
  readonly kind: string;
}

export function extentName(extent: Extent): string {
  return `${extent.source}/${extent.kind}`;
}

/** A node as a source sees it. Values are those the source owns. */
export interface NodeFact<K extends NodeKind = NodeKind> {
  readonly kind: K;
  /** Unique within the kind and cluster for all time: a UID. Null where the readable name must serve. */
  readonly uid: string | null;
  readonly namespace: string | null;
  readonly name: string;
  readonly properties: NodeProperties<K>;
}

/** A relationship between two nodes by their readable names; it comes into being when both live. */
export interface RelationshipFact {
  readonly kind: ObservedRelationship;
  readonly from: string;
  readonly to: string;
  readonly properties?: EdgeProperties;
}

/** All that one object of an extent says. It replaces what the same key said before. */
export interface ObservedRecord {
  /** Unique within the extent: UID, or namespace/name. */
  readonly key: string;
  readonly nodes: readonly NodeFact[];
  readonly relationships: readonly RelationshipFact[];
}

export type GapReason = 'FORBIDDEN' | 'UNAUTHORIZED' | 'UNREACHABLE' | 'BAD_INPUT' | 'LOADING' | 'STALE';

/** What a collector yields. A snapshot takes effect at its `complete`; until then the extent keeps what it had as well. */
export type Observation =
  | { readonly type: 'snapshot'; readonly extent: Extent }
  | { readonly type: 'records'; readonly extent: Extent; readonly records: readonly ObservedRecord[] }
  | { readonly type: 'removed'; readonly extent: Extent; readonly keys: readonly string[] }
  | { readonly type: 'complete'; readonly extent: Extent }
  /** The extent cannot be read for now: it goes stale under a coverage gap, and nothing is removed. Any later observation of it ends the gap. */
  | { readonly type: 'unreadable'; readonly extent: Extent; readonly reason: GapReason; readonly message: string }
  /**
   * One piece of input was bad; the rest goes in. `place` is file and line, or the object's name. It ends with the next
   * snapshot, or, where it is a record's, when that record is observed again or removed.
   */
  | {
      readonly type: 'problem';
      readonly extent: Extent;
      readonly record?: string;
      readonly place: string;
      readonly message: string;
    };
