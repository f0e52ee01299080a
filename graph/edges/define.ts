import type { Evidence, EvidenceItem } from '../model/graph.ts';
import type { NodeKind } from '../model/kinds.ts';
import type { NodeFact } from '../model/observation.ts';
import type { Ask } from './ask.ts';
import type { ModelNode, Read } from './read.ts';

/** The release of ATT&CK for Containers that the ids below belong to. */
export const attackVersion = '18.1';

export interface AttackTechnique {
  readonly id: `T${string}`;
  readonly name: string;
}

/** Which of a kind a target set holds, where not all. */
export type TargetSubset =
  | 'of a binding to be made'
  | `of a ${'Role' | 'ClusterRole'} to be bound`
  | 'with a pod open to privileged containers'
  | 'with a token Secret'
  | 'with a guessable token Secret'
  | 'where objects may be created'
  | `with a token on ${string}`
  | `beside a ${string}`;

/** Every member of a kind, in one namespace or (null) the whole cluster: an edge goes to the set, links lead on. */
export interface TargetSet {
  readonly members: NodeKind;
  readonly namespace: string | null;
  /** target-member.ts says what belongs to it. */
  readonly only?: TargetSubset;
}

/** One edge that a derivation found, by readable names. It comes into being when both ends live. */
export interface DerivedEdge {
  readonly from: string;
  readonly to: string | TargetSet;
  /** What it rests on: alternatives, each a list of what it needs. Alternatives of equal edges are joined. */
  readonly evidence: Evidence;
}

/** A node that exists because of what was derived, such as the permission set of a binding. */
export interface DerivedNode {
  readonly node: NodeFact;
}

export type Derived = DerivedEdge | DerivedNode;

/** Finds the edges that one subject gives rise to. Synchronous, and a function of what it reads alone. */
export type Derive<K extends NodeKind> = (subject: ModelNode<K>, read: Read) => Iterable<Derived>;

export type Derivations = { readonly [K in NodeKind]?: Derive<K> };

/** An attack edge: one technique, or a link that costs nothing. One file each, listed in index.ts. */
export interface EdgeDefinition {
  /** UPPER_SNAKE_CASE; the kind of the edge in the graph. */
  readonly name: string;
  /** A technique is a step an attacker takes and counts as a hop; a link costs nothing. */
  readonly class: 'technique' | 'link';
  /** The ATT&CK techniques it is an instance of; empty for a link. */
  readonly attack: readonly AttackTechnique[];
  readonly from: readonly NodeKind[];
  readonly to: readonly NodeKind[];
  /** 0 (nothing to do) to 9 (expert work against the odds): the path weight. Links are 0. */
  readonly difficulty: number;
  /** One sentence: what the attacker does. */
  readonly summary: string;
  /** One sentence: what must hold, exactly. */
  readonly precondition: string;
  readonly remediation: string;
  readonly references: readonly string[];
  /** How the API server's own word on an edge is had, for RBAC; see ask.ts. */
  readonly asks?: (target: ModelNode, read: Read) => readonly (readonly Ask[])[];
  readonly derive: Derivations;
}

/** Declares an attack edge; everything an edge must have is a required property. */
export function defineEdge(definition: EdgeDefinition): EdgeDefinition {
  return definition;
}

/** Evidence with one alternative. */
export function because(...items: readonly EvidenceItem[]): Evidence {
  return [items];
}

export function fact(object: string, field: string): EvidenceItem {
  return { object, field };
}
