import type { NodeKind, NodeProperties } from '../../graph/model/kinds.ts';
import type { Extent, NodeFact, ObservedRecord, RelationshipFact } from '../../graph/model/observation.ts';
import { ref } from '../../graph/model/ref.ts';
import type { KubernetesObject } from './object.ts';

/** What the mapping of one object needs to know of the cluster around it. */
export interface MappingContext {
  /** The cluster's readable name, without its kind. */
  readonly cluster: string;
  /** The audiences that the API server takes tokens for, besides none at all. */
  readonly audiences: readonly string[];
}

export type Facts = Pick<ObservedRecord, 'nodes' | 'relationships'>;

/** One kind of Kubernetes object that is charted: where the API server serves it, and what it says. */
export interface ObjectKind {
  readonly kind: string;
  /** Empty for the core group. */
  readonly group: string;
  /** The version that is watched. A dump may hold others: their shapes differ only where `map` says so. */
  readonly version: string;
  /** The plural in the URL. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** Asked for as a Table: metadata and printed columns (which `map` finds as fields, in lower case), never the contents. */
  readonly asTable?: true;
  readonly map: (object: KubernetesObject, context: MappingContext) => Facts;
}

export function kubernetesExtent(kind: string): Extent {
  return { source: 'kubernetes', kind };
}

/** The node that stands for an object, under its own UID and name. */
export function objectNode<K extends NodeKind>(
  kind: K,
  { uid, namespace, name }: KubernetesObject,
  properties: NodeProperties<K>,
): NodeFact<K> {
  return { kind, uid, namespace, name, properties };
}

export function inNamespace(kind: NodeKind, { namespace, name }: KubernetesObject): readonly RelationshipFact[] {
  if (namespace === null) return [];
  return [{ kind: 'IN_NAMESPACE', from: ref(kind, namespace, name), to: ref('Namespace', null, namespace) }];
}

/** Labels and selectors as the model writes them. */
export function keyValues(map: ReadonlyMap<string, string>): readonly string[] {
  return Array.from(map, ([key, value]) => `${key}=${value}`);
}

/** Ports as the model writes them; the API's default protocol is TCP. */
export function portProtocol(port: number, protocol: string | null): string {
  return `${port}/${protocol ?? 'TCP'}`;
}
