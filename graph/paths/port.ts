import type { VersionVector } from '../model/graph.ts';
import type { NodeKind } from '../model/kinds.ts';
import type { Scope } from '../model/scope.ts';

/** Where paths start or end: any one of the nodes it stands for, as far as the scope shows them. */
export type Endpoint =
  | { readonly ids: readonly string[] }
  | { readonly kinds: readonly NodeKind[] }
  /** INTERNET; CLUSTER_ADMIN: the Cluster nodes; EXPOSED_PODS: pods that the Internet reaches by exposure alone. */
  | { readonly set: 'INTERNET' | 'CLUSTER_ADMIN' | 'EXPOSED_PODS' };

/** Something assumed gone: a node with all its edges, or an edge. An edge stays while one alternative of its evidence needs neither. */
export type Without = { readonly node: string } | { readonly edge: string };

export interface PathQuery {
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** How many paths: the cheapest, then the next cheapest, without repeating a node. 1 to 1,000. */
  readonly first: number;
  /** The most technique steps a path may have; the answer is exact over all paths within it. 1 to 64. */
  readonly maxHops: number;
  readonly without?: readonly Without[];
  readonly timeBudgetMs: number;
}

/** One visible step. Hidden nodes are folded away: the step is named by its first edge and ends at the first visible node. */
export interface PathStep {
  readonly from: string;
  readonly to: string;
  /** The edge that gives the step its technique and evidence. */
  readonly edge: string;
  /** Kind, class and difficulty of that edge. */
  readonly kind: string;
  readonly class: 'technique' | 'link';
  readonly difficulty: number;
  /** The links behind it that were folded away, by id, in order. */
  readonly folded: readonly string[];
}

export interface AttackPath {
  readonly id: string;
  /** The sum of the difficulties. */
  readonly cost: number;
  /** How many technique steps. */
  readonly length: number;
  readonly steps: readonly PathStep[];
}

export interface Truncation {
  readonly reason: 'TIME_BUDGET' | 'STEP_LIMIT' | 'TOO_MANY_NODES';
  readonly message: string;
}

export interface PathAnswer {
  readonly version: VersionVector;
  /**
   * By cost, then length, then number of edges (folded ones included), then the ids of the edges from the first on:
   * the same in every store, and the first few of many are those of a shorter answer.
   */
  readonly paths: readonly AttackPath[];
  /** Null when the answer is whole. */
  readonly truncated: Truncation | null;
}

export interface ReachedNode {
  readonly id: string;
  readonly kind: NodeKind;
  /** The cheapest way there within maxHops, and its technique steps. */
  readonly cost: number;
  readonly hops: number;
}

export interface BlastRadiusAnswer {
  readonly version: VersionVector;
  /** By kind, hidden kinds left out; the nodes it starts from are not counted. */
  readonly counts: Readonly<Partial<Record<NodeKind, number>>>;
  /** The cheapest first, then by id; at most `first`. */
  readonly reached: readonly ReachedNode[];
  readonly truncated: Truncation | null;
}

/** Answers about paths over the attack edges of one tenant, at a version, away from the event loop. */
export interface PathEngine {
  /** The version that answers are given at. */
  version(): VersionVector;
  /** Resolves once the engine has reached at least this version, or throws when the signal ends the wait. */
  reached(version: VersionVector, signal?: AbortSignal): Promise<void>;
  /** A question whose signal is aborted while it waits for its turn is not begun. */
  paths(scope: Scope, query: PathQuery, signal?: AbortSignal): Promise<PathAnswer>;
  blastRadius(
    scope: Scope,
    query: { readonly of: Endpoint; readonly maxHops: number; readonly first: number; readonly timeBudgetMs: number },
    signal?: AbortSignal,
  ): Promise<BlastRadiusAnswer>;
  close(): Promise<void>;
}
