import type { ModelNode } from '../edges/read.ts';
import type { AttackFacts, EdgeProperties } from '../model/graph.ts';
import type { Claim, NodeClaim } from './claims.ts';
import type { Computation } from './computation.ts';
import { type Few, members } from './few.ts';

/** A piece of the memory that derivations read, and that changes. It knows who has read it. */
export type Cell = MemoryNode | EdgeCell | ListCell;

/** What memory has under one readable name: the node, if one lives, and the edges that start or end there, if or not. */
export class MemoryNode {
  readonly ref: string;
  /** As derivations see it, a new object whenever it changes; null while nothing claims it. */
  model: ModelNode | null = null;
  /** Empty while it does not live. */
  id = '';
  /** By rising precedence. */
  claims: readonly NodeClaim[] = [];
  out: Few<EdgeCell> = undefined;
  in: Few<EdgeCell> = undefined;
  readers: Few<Computation> = undefined;
  /** As the store has it; null when it does not. */
  stored: StoredNode | null = null;

  constructor(ref: string) {
    this.ref = ref;
  }
}

/** The edges of one kind that start at a node, or that end there, living or not. */
export class EdgeCell {
  readonly node: MemoryNode;
  readonly kind: string;
  edges: Few<MemoryEdge> = undefined;
  readers: Few<Computation> = undefined;

  constructor(node: MemoryNode, kind: string) {
    this.node = node;
    this.kind = kind;
  }
}

/** Living nodes that have something in common: a kind, a kind and a namespace, a kind and a name. */
export class ListCell {
  readonly name: string;
  nodes: Few<MemoryNode> = undefined;
  readers: Few<Computation> = undefined;

  constructor(name: string) {
    this.name = name;
  }
}

/** An edge in memory. It lives while it has claims and both ends live. */
export class MemoryEdge {
  readonly start: EdgeCell;
  readonly end: EdgeCell;
  live = false;
  claims: Few<EdgeClaim> = undefined;
  /** As the store has it; null when it does not. */
  stored: StoredEdge | null = null;

  constructor(start: EdgeCell, end: EdgeCell) {
    this.start = start;
    this.end = end;
  }
}

/** What one claim says of an edge. */
export interface EdgeClaim {
  readonly claim: Claim;
  readonly edge: MemoryEdge;
  readonly attack: AttackFacts | null;
  readonly properties: EdgeProperties;
}

/** What the store has of a node, and may come to differ. */
export interface StoredNode {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly claims: readonly string[];
}

export interface StoredEdge {
  readonly id: string;
  readonly attack: AttackFacts | null;
  readonly properties: EdgeProperties;
  readonly claims: readonly string[];
}

/** The cell of a kind among those of a node. */
export function ofKind(cells: Few<EdgeCell>, kind: string): EdgeCell | undefined {
  if (cells instanceof EdgeCell) return cells.kind === kind ? cells : undefined;
  for (const cell of members(cells)) if (cell.kind === kind) return cell;
  return undefined;
}
