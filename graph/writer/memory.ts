import type { AttackFacts, EdgeProperties } from '../model/graph.ts';
import { nodeId, sharedNodeId } from '../model/id.ts';
import { type NodeKind, nodeKind } from '../model/kinds.ts';
import type { NodeFact } from '../model/observation.ts';
import { internetRef, ref } from '../model/ref.ts';

/** All that one record says: a record of an observation, or the outcome of one derivation. */
export interface Claim {
  /** `source/kind`, or `derived/EDGE`. */
  readonly extent: string;
  readonly key: string;
  /** Read back from the store at start: it holds until its extent is read anew, and yields to any fresh claim. */
  readonly restored: boolean;
  readonly nodes: readonly NodeClaim[];
  readonly edges: readonly EdgeClaim[];
}

/** A fact about a node; one read back from the store knows its id, but no longer the UID that made it. */
export type NodeClaim = NodeFact & { readonly id?: string };

export interface EdgeClaim {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly attack: AttackFacts | null;
  readonly properties: EdgeProperties;
}

/** A node in memory. It lives while it has claims. */
export interface MemoryNode {
  readonly ref: string;
  readonly kind: NodeKind;
  id: string;
  readonly namespace: string | null;
  readonly name: string;
  properties: Readonly<Record<string, unknown>>;
  readonly claims: { readonly claim: Claim; readonly fact: NodeClaim }[];
}

/** An edge in memory. It lives while it has claims and both ends live. */
export interface MemoryEdge {
  readonly key: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  live: boolean;
  readonly claims: { readonly claim: Claim; readonly edge: EdgeClaim }[];
}

/** What may be looked at, as cells that change. Their names are the keys of the dependency graph. */
export const cell = {
  node: (nodeRef: string): string => `n ${nodeRef}`,
  out: (nodeRef: string, kind: string): string => `o ${kind} ${nodeRef}`,
  in: (nodeRef: string, kind: string): string => `i ${kind} ${nodeRef}`,
  kind: (kind: string): string => `k ${kind}`,
  namespace: (kind: string, namespace: string): string => `s ${kind} ${namespace}`,
  named: (kind: string, name: string): string => `m ${kind} ${name}`,
};

/** The readable name of the node that a fact speaks of. */
export function factRef(fact: NodeFact): string {
  return fact.kind === 'Internet' ? internetRef : ref(fact.kind, fact.namespace, fact.name);
}

function edgeKey(edge: EdgeClaim): string {
  return `${edge.kind} ${edge.from}\n${edge.to}`;
}

/** Sets by key. Most have one member, which then stands for the set: a Set of one costs ten times the memory. */
export class Index<T extends object | string> {
  readonly #sets = new Map<string, T | Set<T>>();

  members(key: string): readonly T[] {
    const held = this.#sets.get(key);
    return held === undefined ? [] : held instanceof Set ? [...held] : [held];
  }

  /** Whether it was not yet there. */
  add(key: string, member: T): boolean {
    const held = this.#sets.get(key);
    if (held === member) return false;
    if (held === undefined) this.#sets.set(key, member);
    else if (!(held instanceof Set)) this.#sets.set(key, new Set([held, member]));
    else if (held.has(member)) return false;
    else held.add(member);
    return true;
  }

  delete(key: string, member: T): void {
    const held = this.#sets.get(key);
    if (held === member || (held instanceof Set && held.delete(member) && held.size === 0)) this.#sets.delete(key);
  }
}

/**
 * One cluster's graph in memory, as claims. Notes which cells, nodes and edges have changed since they were last taken.
 * Nodes are keyed by readable name here; ids appear only on the way to the store.
 */
export class Memory {
  readonly nodes = new Map<string, MemoryNode>();
  readonly edges = new Map<string, MemoryEdge>();
  /** Living neighbours, kinds and names, by the name of their cell. */
  readonly index = new Index<string>();
  readonly #incident = new Index<string>();
  readonly #cluster: string;

  changedCells = new Set<string>();
  changedNodes = new Set<string>();
  changedEdges = new Set<string>();
  /** Nodes that came to life or died since last taken, for whoever keeps derivations by subject. */
  bornOrDied = new Set<string>();

  /** `cluster` is the id of the cluster; ids of its nodes are made with it. */
  constructor(cluster: string) {
    this.#cluster = cluster;
  }

  add(claim: Claim): void {
    for (const fact of claim.nodes) this.#addNode(claim, fact);
    for (const edge of claim.edges) this.#addEdge(claim, edge);
  }

  remove(claim: Claim): void {
    for (const edge of claim.edges) this.#removeEdge(claim, edge);
    for (const fact of claim.nodes) this.#removeNode(claim, fact);
  }

  #addNode(claim: Claim, fact: NodeClaim): void {
    const nodeRef = factRef(fact);
    let node = this.nodes.get(nodeRef);
    if (node) {
      node.claims.push({ claim, fact });
      this.#merge(node);
      return;
    }
    node = {
      ref: nodeRef,
      kind: fact.kind,
      id: '',
      namespace: fact.namespace,
      name: fact.name,
      properties: {},
      claims: [{ claim, fact }],
    };
    this.nodes.set(nodeRef, node);
    this.#merge(node);
    this.#appear(node, true);
  }

  #removeNode(claim: Claim, fact: NodeClaim): void {
    const node = this.nodes.get(factRef(fact));
    if (!node) return;
    const at = node.claims.findIndex((held) => held.claim === claim);
    if (at < 0) return;
    node.claims.splice(at, 1);
    if (node.claims.length > 0) {
      this.#merge(node);
      return;
    }
    this.nodes.delete(node.ref);
    this.#appear(node, false);
  }

  /** Indexes a node that was born, or forgets one that died; edges follow their ends. */
  #appear(node: MemoryNode, alive: boolean): void {
    const change = alive ? 'add' : 'delete';
    const cells = [cell.kind(node.kind), cell.named(node.kind, node.name)];
    if (node.namespace !== null) cells.push(cell.namespace(node.kind, node.namespace));
    for (const name of cells) {
      this.index[change](name, node.ref);
      this.changedCells.add(name);
    }
    this.bornOrDied.add(node.ref);
    this.#touch(node);
    for (const key of this.#incident.members(node.ref)) {
      const edge = this.edges.get(key);
      if (edge) this.#settleEdge(edge);
    }
  }

  /** The later claim wins a property, a fresh one over a restored one; then extent and key decide, so that order does not. */
  #merge(node: MemoryNode): void {
    if (node.claims.length > 1) {
      node.claims.sort(
        (a, b) =>
          Number(b.claim.restored) - Number(a.claim.restored) ||
          compare(a.claim.extent, b.claim.extent) ||
          compare(a.claim.key, b.claim.key),
      );
    }
    const id = this.#id(node);
    if (node.id !== id && node.id !== '') {
      // Another object under the same name: its edges are other edges, too.
      for (const key of this.#incident.members(node.ref)) this.changedEdges.add(key);
    }
    node.id = id;
    node.properties =
      node.claims.length === 1
        ? (node.claims[0]?.fact.properties ?? {})
        : Object.assign({}, ...node.claims.map((held) => held.fact.properties));
    this.#touch(node);
  }

  #id({ kind, ref: nodeRef, claims }: MemoryNode): string {
    if (kind === 'Cluster') return this.#cluster;
    if (nodeKind(kind).shared) return sharedNodeId(kind, nodeRef);
    const fact =
      claims.findLast((held) => held.fact.uid !== null)?.fact ?? claims.findLast((held) => held.fact.id)?.fact;
    return fact?.id ?? nodeId(kind, this.#cluster, fact?.uid ?? nodeRef);
  }

  #touch(node: MemoryNode): void {
    this.changedNodes.add(node.ref);
    this.changedCells.add(cell.node(node.ref));
  }

  #addEdge(claim: Claim, edge: EdgeClaim): void {
    const key = edgeKey(edge);
    let held = this.edges.get(key);
    if (!held) {
      held = { key, kind: edge.kind, from: edge.from, to: edge.to, live: false, claims: [] };
      this.edges.set(key, held);
      this.#incident.add(edge.from, key);
      this.#incident.add(edge.to, key);
    }
    held.claims.push({ claim, edge });
    if (!this.#settleEdge(held)) this.#touchEdge(held);
  }

  #removeEdge(claim: Claim, edge: EdgeClaim): void {
    const held = this.edges.get(edgeKey(edge));
    const at = held?.claims.findIndex((entry) => entry.claim === claim) ?? -1;
    if (!held || at < 0) return;
    held.claims.splice(at, 1);
    if (!this.#settleEdge(held)) this.#touchEdge(held);
    if (held.claims.length > 0) return;
    this.edges.delete(held.key);
    this.#incident.delete(held.from, held.key);
    this.#incident.delete(held.to, held.key);
  }

  #touchEdge(edge: MemoryEdge): void {
    this.changedEdges.add(edge.key);
    this.changedCells.add(cell.out(edge.from, edge.kind));
    this.changedCells.add(cell.in(edge.to, edge.kind));
  }

  /** Brings the edge to life, or ends it, as its ends and claims have it; true when that changed it. */
  #settleEdge(edge: MemoryEdge): boolean {
    const live = edge.claims.length > 0 && this.nodes.has(edge.from) && this.nodes.has(edge.to);
    if (live === edge.live) return false;
    edge.live = live;
    const change = live ? 'add' : 'delete';
    this.index[change](cell.out(edge.from, edge.kind), edge.to);
    this.index[change](cell.in(edge.to, edge.kind), edge.from);
    this.#touchEdge(edge);
    return true;
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
