import type { AttackFacts, EdgeProperties, GraphEdge } from '../model/graph.ts';
import { nodeId, sharedNodeId } from '../model/id.ts';
import { type NodeKind, nodeKind } from '../model/kinds.ts';
import type { NodeFact } from '../model/observation.ts';
import { internetRef, ref } from '../model/ref.ts';
import { type Cell, CellIndex, cell } from './cells.ts';

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
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  live: boolean;
  readonly claims: { readonly claim: Claim; readonly edge: EdgeClaim }[];
  /** As the store has it; null when it does not. */
  stored: GraphEdge | null;
}

/** The readable name of the node that a fact speaks of. */
export function factRef(fact: NodeFact): string {
  return fact.kind === 'Internet' ? internetRef : ref(fact.kind, fact.namespace, fact.name);
}

/**
 * One cluster's graph in memory, as claims. Notes which cells, nodes and edges have changed since they were last taken.
 * Nodes are keyed by readable name here; ids appear only on the way to the store.
 */
export class Memory {
  readonly nodes = new Map<string, MemoryNode>();
  /** The readable name behind each id of a living node. */
  readonly #owners = new Map<string, string>();
  /** Edges by where they start and by where they end, living or not. */
  readonly #edges = new CellIndex<MemoryEdge>();
  readonly #edgeKinds = new Set<string>();
  /** Living nodes by kind, by kind and namespace, and by kind and name. */
  readonly #listed = new CellIndex<string>();
  readonly #cluster: string;

  changedCells: Cell[] = [];
  changedNodes = new Set<string>();
  changedEdges = new Set<MemoryEdge>();
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

  /** The living nodes that a cell lists: those of a kind, in a namespace, of a name. */
  listed(of: Cell): readonly string[] {
    return [...this.#listed.members(of)];
  }

  /** The other ends of the living edges that a cell of kind `out` or `in` holds. */
  neighbours(of: Cell, end: 'from' | 'to'): readonly string[] {
    const found: string[] = [];
    for (const edge of this.#edges.members(of)) if (edge.live) found.push(edge[end]);
    return found;
  }

  edge(kind: string, from: string, to: string): MemoryEdge | undefined {
    const starting = cell.out(from, kind);
    const ending = cell.in(to, kind);
    // One end may be a hub; the other seldom is.
    if (this.#edges.size(starting) < this.#edges.size(ending)) {
      for (const edge of this.#edges.members(starting)) if (edge.to === to) return edge;
    } else {
      for (const edge of this.#edges.members(ending)) if (edge.from === from) return edge;
    }
    return undefined;
  }

  /** The edge, which is made when there is none, without claims. */
  hold(kind: string, from: string, to: string): MemoryEdge {
    const known = this.edge(kind, from, to);
    if (known) return known;
    const edge: MemoryEdge = { kind, from, to, live: false, claims: [], stored: null };
    this.#edgeKinds.add(kind);
    this.#edges.add(cell.out(from, kind), edge);
    this.#edges.add(cell.in(to, kind), edge);
    return edge;
  }

  /** Drops an edge that nothing claims any more, once the store has been told. */
  release(edge: MemoryEdge): void {
    if (edge.claims.length > 0) return;
    this.#edges.delete(cell.out(edge.from, edge.kind), edge);
    this.#edges.delete(cell.in(edge.to, edge.kind), edge);
  }

  #addNode(claim: Claim, fact: NodeClaim): void {
    const nodeRef = factRef(fact);
    let node = this.nodes.get(nodeRef);
    if (node) {
      node.claims.push({ claim, fact });
      this.#merge(node);
      return;
    }
    const { kind, namespace, name } = fact;
    node = { ref: nodeRef, kind, id: '', namespace, name, properties: {}, claims: [{ claim, fact }] };
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
    this.#disown(node);
    this.#appear(node, false);
  }

  /** Lists a node that was born, or forgets one that died; edges follow their ends. */
  #appear(node: MemoryNode, alive: boolean): void {
    const cells = [cell.kind(node.kind), cell.named(node.kind, node.name)];
    if (node.namespace !== null) cells.push(cell.namespace(node.kind, node.namespace));
    for (const of of cells) this.#listed[alive ? 'add' : 'delete'](of, node.ref);
    this.changedCells.push(...cells);
    this.bornOrDied.add(node.ref);
    this.#touch(node);
    for (const edge of this.#incident(node.ref)) this.#settleEdge(edge);
  }

  *#incident(nodeRef: string): Generator<MemoryEdge> {
    for (const kind of this.#edgeKinds) {
      yield* this.#edges.members(cell.out(nodeRef, kind));
      yield* this.#edges.members(cell.in(nodeRef, kind));
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
    const id = this.#ownId(node);
    if (node.id !== id && node.id !== '') {
      // Another object under the same name: its edges are other edges, too.
      for (const edge of this.#incident(node.ref)) this.changedEdges.add(edge);
    }
    node.id = id;
    node.properties =
      node.claims.length === 1
        ? (node.claims[0]?.fact.properties ?? {})
        : Object.assign({}, ...node.claims.map((held) => held.fact.properties));
    this.#touch(node);
  }

  /** Two living nodes of one id would be one node to the store: whoever comes second is known by its readable name. */
  #ownId(node: MemoryNode): string {
    const id = this.#id(node);
    const owner = this.#owners.get(id);
    const own = owner === undefined || owner === node.ref ? id : nodeId(node.kind, this.#cluster, node.ref);
    if (node.id !== own) this.#disown(node);
    this.#owners.set(own, node.ref);
    return own;
  }

  #disown({ id, ref: nodeRef }: MemoryNode): void {
    if (this.#owners.get(id) === nodeRef) this.#owners.delete(id);
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
    this.changedCells.push(cell.node(node.ref));
  }

  #addEdge(claim: Claim, edge: EdgeClaim): void {
    const held = this.hold(edge.kind, edge.from, edge.to);
    held.claims.push({ claim, edge });
    if (!this.#settleEdge(held)) this.#touchEdge(held);
  }

  #removeEdge(claim: Claim, edge: EdgeClaim): void {
    const held = this.edge(edge.kind, edge.from, edge.to);
    const at = held?.claims.findIndex((entry) => entry.claim === claim) ?? -1;
    if (!held || at < 0) return;
    held.claims.splice(at, 1);
    if (!this.#settleEdge(held)) this.#touchEdge(held);
  }

  #touchEdge(edge: MemoryEdge): void {
    this.changedEdges.add(edge);
    this.changedCells.push(cell.out(edge.from, edge.kind), cell.in(edge.to, edge.kind));
  }

  /** Brings the edge to life, or ends it, as its ends and claims have it; true when that changed it. */
  #settleEdge(edge: MemoryEdge): boolean {
    const live = edge.claims.length > 0 && this.nodes.has(edge.from) && this.nodes.has(edge.to);
    if (live === edge.live) return false;
    edge.live = live;
    this.#touchEdge(edge);
    return true;
  }
}

/** What all claims on an edge say of it together: several EndpointSlices may list a pod, each with its own ports. */
export function edgeProperties({ claims }: MemoryEdge): EdgeProperties {
  const [only] = claims;
  if (claims.length <= 1) return only?.edge.properties ?? {};
  const joined: Record<string, EdgeProperties[string]> = {};
  const sorted = claims.toSorted(
    (a, b) => compare(a.claim.extent, b.claim.extent) || compare(a.claim.key, b.claim.key),
  );
  for (const [name, value] of sorted.flatMap(({ edge }) => Object.entries(edge.properties))) {
    const before = joined[name];
    joined[name] = isList(before) && isList(value) ? [...new Set([...before, ...value])].sort() : value;
  }
  return joined;
}

function isList(value: EdgeProperties[string] | undefined): value is readonly string[] {
  return Array.isArray(value);
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
