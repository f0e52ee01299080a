import type { EdgeProperties } from '../model/graph.ts';
import type { NodeKind, NodeProperties } from '../model/kinds.ts';

/** A living node as derivations see it: named by its readable name, its properties merged over all sources. */
export interface ModelNode<K extends NodeKind = NodeKind> {
  readonly ref: string;
  readonly kind: K;
  readonly namespace: string | null;
  readonly name: string;
  readonly properties: NodeProperties<K>;
}

/**
 * What a derivation may look at. Everything read is noted, found or not, so that the derivation runs again
 * when, and only when, something it looked at has changed.
 */
export interface Read {
  /** The node of this kind with this readable name, if it lives. */
  node<K extends NodeKind>(kind: K, ref: string): ModelNode<K> | undefined;
  /** The cluster all this is in. */
  cluster(): ModelNode<'Cluster'>;
  /** Readable names of the living nodes that edges of this kind lead to, in no order. */
  out(ref: string, edgeKind: string): readonly string[];
  /** Readable names of the living nodes that edges of this kind come from, in no order. */
  in(ref: string, edgeKind: string): readonly string[];
  /** The properties of an observed relationship; undefined when there is none. */
  properties(from: string, edgeKind: string, to: string): EdgeProperties | undefined;
  /** All of a kind, in one namespace if given, in no order. */
  all(kind: NodeKind, namespace?: string): readonly string[];
  /** All of a kind with this name, in whatever namespace. */
  named(kind: NodeKind, name: string): readonly string[];
  /** An intermediate result: computed once, and when it comes out equal again, what read it is left alone. */
  memo<T>(memo: Memo<T>, key: string): T;
}

/** An intermediate result over the model. Its value is plain data, compared deeply. */
export interface Memo<T> {
  readonly name: string;
  readonly compute: (key: string, read: Read) => T;
}
