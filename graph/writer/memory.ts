import { isDeepStrictEqual } from 'node:util';
import type { EdgeProperties } from '../model/graph.ts';
import { nodeId, sharedNodeId } from '../model/id.ts';
import { type NodeKind, nodeKind } from '../model/kinds.ts';
import type { NodeFact } from '../model/observation.ts';
import { internetRef, ref } from '../model/ref.ts';
import { type Cell, EdgeCell, type EdgeClaim, type ListCell, MemoryEdge, MemoryNode, ofKind } from './cells.ts';
import type { Claim, EdgeFact, NodeClaim, RestorableFact, Statement } from './claims.ts';
import type { Computation } from './computation.ts';
import { excluding, including, members, sizeOf } from './few.ts';
import { Lists } from './lists.ts';

const noProperties: EdgeProperties = {};

/** The readable name of the node that a fact speaks of. */
function factRef(fact: NodeFact): string {
  return fact.kind === 'Internet' ? internetRef : ref(fact.kind, fact.namespace, fact.name);
}

/**
 * One cluster's graph in memory, as claims. Notes which cells, nodes and edges have changed since they were last taken.
 * Nodes are keyed by readable name here; ids appear only on the way to the store.
 */
export class Memory {
  readonly #nodes = new Map<string, MemoryNode>();
  readonly lists = new Lists();
  /** The node behind each id of a living one. */
  readonly #owners = new Map<string, MemoryNode>();
  readonly #cluster: string;

  /** Nodes, and other cells that somebody has read, in the order of their changes; some more than once. */
  changedCells: Cell[] = [];
  changedNodes = new Set<MemoryNode>();
  changedEdges = new Set<MemoryEdge>();

  /** `cluster` is the id of the cluster; ids of its nodes are made with it. */
  constructor(cluster: string) {
    this.#cluster = cluster;
  }

  /** The node of a readable name, living or not; made when memory has nothing under that name. */
  node(nodeRef: string): MemoryNode {
    let node = this.#nodes.get(nodeRef);
    if (!node) {
      node = new MemoryNode(nodeRef);
      this.#nodes.set(nodeRef, node);
    }
    return node;
  }

  /** The cell of the edges of a kind at one end of a node. */
  edges(node: MemoryNode, end: 'out' | 'in', kind: string): EdgeCell {
    let cell = ofKind(node[end], kind);
    if (!cell) {
      cell = new EdgeCell(node, kind);
      node[end] = including(node[end], cell);
    }
    return cell;
  }

  /** The edge between two readable names, if memory has one, living or not. */
  edge(kind: string, from: string, to: string): MemoryEdge | undefined {
    const start = ofKind(this.#nodes.get(from)?.out, kind);
    const end = ofKind(this.#nodes.get(to)?.in, kind);
    return start && end && between(start, end);
  }

  /** The edge, which is made when there is none, without claims. */
  hold(kind: string, from: string, to: string): MemoryEdge {
    const start = this.edges(this.node(from), 'out', kind);
    const end = this.edges(this.node(to), 'in', kind);
    const known = between(start, end);
    if (known) return known;
    const edge = new MemoryEdge(start, end);
    start.edges = including(start.edges, edge);
    end.edges = including(end.edges, edge);
    return edge;
  }

  /** Puts what is stated now in the place of an earlier claim. Answers the claim that holds: the earlier one when it says the same. */
  put(statement: Statement, before: Claim | null): Claim {
    if (before && says(before, statement)) return before;
    const { extent, key, restored, nodes, edges } = statement;
    const claim: Claim = { extent, key, restored, nodes, edges: [] };
    for (const fact of nodes) this.#addNode(claim, fact);
    claim.edges = edges.map((fact) => this.#addEdge(claim, fact));
    if (before) this.remove(before);
    return claim;
  }

  remove(claim: Claim): void {
    for (const held of claim.edges) {
      const { edge } = held;
      edge.claims = excluding(edge.claims, held);
      if (!this.#settleEdge(edge)) this.#touchEdge(edge);
    }
    for (const fact of claim.nodes) this.#removeNode(claim, fact);
  }

  /** Forgets that a computation has read a cell. */
  unread(cell: Cell, reader: Computation): void {
    cell.readers = excluding(cell.readers, reader);
    if (cell instanceof MemoryNode) this.tidy(cell);
    else if (cell instanceof EdgeCell) this.#tidyEdges(cell);
    else this.lists.tidy(cell);
  }

  /** Drops an edge that nothing claims any more, once the store has been told. */
  release(edge: MemoryEdge): void {
    if (edge.claims !== undefined) return;
    for (const cell of [edge.start, edge.end]) {
      cell.edges = excluding(cell.edges, edge);
      this.#tidyEdges(cell);
    }
  }

  /** Drops a readable name that nothing is known or asked of any more. */
  tidy(node: MemoryNode): void {
    if (node.model || node.stored || node.out || node.in || node.readers) return;
    if (this.#nodes.get(node.ref) === node) this.#nodes.delete(node.ref);
  }

  #tidyEdges(cell: EdgeCell): void {
    if (cell.edges || cell.readers) return;
    const { node } = cell;
    node.out = excluding(node.out, cell);
    node.in = excluding(node.in, cell);
    this.tidy(node);
  }

  #addNode(claim: Claim, fact: RestorableFact): void {
    const node = this.node(factRef(fact));
    node.claims = withClaim(node.claims, { claim, fact });
    const born = node.model === null;
    this.#merge(node, fact);
    if (born) this.#appear(node, fact, true);
  }

  #removeNode(claim: Claim, fact: RestorableFact): void {
    const node = this.#nodes.get(factRef(fact));
    const at = node?.claims.findIndex((held) => held.claim === claim) ?? -1;
    if (!node || at < 0) return;
    node.claims = node.claims.toSpliced(at, 1);
    if (node.claims.length > 0) {
      this.#merge(node, fact);
      return;
    }
    this.#disown(node);
    node.model = null;
    node.id = '';
    this.#touch(node);
    this.#appear(node, fact, false);
  }

  /** Lists a node that was born, or forgets one that died; edges follow their ends. */
  #appear(node: MemoryNode, fact: NodeFact, alive: boolean): void {
    for (const list of this.lists.place(node, fact, alive)) this.#changed(list);
    for (const edge of incident(node)) this.#settleEdge(edge);
  }

  /** The later claim wins a property. `fact` is of any claim on it. */
  #merge(node: MemoryNode, { kind, namespace, name }: NodeFact): void {
    const { claims } = node;
    const id = this.#ownId(node, kind);
    if (node.id !== id && node.id !== '') {
      // Another object under the same name: its edges are other edges, too.
      for (const edge of incident(node)) this.changedEdges.add(edge);
    }
    node.id = id;
    const properties =
      claims.length === 1
        ? (claims[0]?.fact.properties ?? {})
        : Object.assign({}, ...claims.map((held) => held.fact.properties));
    node.model = { ref: node.ref, kind, namespace, name, properties };
    this.#touch(node);
  }

  /** Two living nodes of one id would be one node to the store: whoever comes second is known by its readable name. */
  #ownId(node: MemoryNode, kind: NodeKind): string {
    const id = this.#id(node, kind);
    const owner = this.#owners.get(id);
    const own = owner === undefined || owner === node ? id : nodeId(kind, this.#cluster, node.ref);
    if (node.id !== own) this.#disown(node);
    this.#owners.set(own, node);
    return own;
  }

  #disown(node: MemoryNode): void {
    if (this.#owners.get(node.id) === node) this.#owners.delete(node.id);
  }

  #id({ ref: nodeRef, claims }: MemoryNode, kind: NodeKind): string {
    if (kind === 'Cluster') return this.#cluster;
    if (nodeKind(kind).shared) return sharedNodeId(kind, nodeRef);
    const fact =
      claims.findLast((held) => held.fact.uid !== null)?.fact ?? claims.findLast((held) => held.fact.id)?.fact;
    return fact?.id ?? nodeId(kind, this.#cluster, fact?.uid ?? nodeRef);
  }

  #touch(node: MemoryNode): void {
    this.changedNodes.add(node);
    this.changedCells.push(node);
  }

  #changed(cell: EdgeCell | ListCell): void {
    if (cell.readers !== undefined) this.changedCells.push(cell);
  }

  #addEdge(claim: Claim, { kind, from, to, attack = null, properties = noProperties }: EdgeFact): EdgeClaim {
    const edge = this.hold(kind, from, to);
    const held: EdgeClaim = { claim, edge, attack, properties };
    edge.claims = including(edge.claims, held);
    if (!this.#settleEdge(edge)) this.#touchEdge(edge);
    return held;
  }

  #touchEdge(edge: MemoryEdge): void {
    this.changedEdges.add(edge);
    this.#changed(edge.start);
    this.#changed(edge.end);
  }

  /** Brings the edge to life, or ends it, as its ends and claims have it; true when that changed it. */
  #settleEdge(edge: MemoryEdge): boolean {
    const live = edge.claims !== undefined && edge.start.node.model !== null && edge.end.node.model !== null;
    if (live === edge.live) return false;
    edge.live = live;
    this.#touchEdge(edge);
    return true;
  }
}

function* incident(node: MemoryNode): Generator<MemoryEdge> {
  for (const cell of members(node.out)) yield* members(cell.edges);
  for (const cell of members(node.in)) yield* members(cell.edges);
}

function between(start: EdgeCell, end: EdgeCell): MemoryEdge | undefined {
  // One end may be a hub; the other seldom is.
  if (sizeOf(start.edges) < sizeOf(end.edges)) {
    for (const edge of members(start.edges)) if (edge.end === end) return edge;
  } else {
    for (const edge of members(end.edges)) if (edge.start === start) return edge;
  }
  return undefined;
}

/** Whether a claim is what is stated now. */
function says({ nodes, edges }: Claim, statement: Statement): boolean {
  return (
    edges.length === statement.edges.length &&
    isDeepStrictEqual(nodes, statement.nodes) &&
    edges.every(({ edge, attack, properties }, index) => {
      const fact = statement.edges[index] as EdgeFact;
      return (
        edge.start.kind === fact.kind &&
        edge.start.node.ref === fact.from &&
        edge.end.node.ref === fact.to &&
        isDeepStrictEqual(attack, fact.attack ?? null) &&
        isDeepStrictEqual(properties, fact.properties ?? noProperties)
      );
    })
  );
}

/** A fresh claim comes after a restored one; then extent and key decide, so that the order of arrival does not. */
function withClaim(claims: readonly NodeClaim[], added: NodeClaim): readonly NodeClaim[] {
  if (claims.length === 0) return [added];
  let low = 0;
  for (let high = claims.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (precedence(claims[middle] as NodeClaim, added) > 0) high = middle;
    else low = middle + 1;
  }
  return claims.toSpliced(low, 0, added);
}

function precedence({ claim: a }: NodeClaim, { claim: b }: NodeClaim): number {
  return Number(b.restored) - Number(a.restored) || compare(a.extent, b.extent) || compare(a.key, b.key);
}

/** What all claims on an edge say of it together: several EndpointSlices may list a pod, each with its own ports. */
export function edgeProperties({ claims }: MemoryEdge): EdgeProperties {
  if (sizeOf(claims) <= 1) {
    for (const { properties } of members(claims)) return properties;
    return noProperties;
  }
  const joined: Record<string, EdgeProperties[string]> = {};
  const sorted = [...members(claims)].sort(
    (a, b) => compare(a.claim.extent, b.claim.extent) || compare(a.claim.key, b.claim.key),
  );
  for (const [name, value] of sorted.flatMap(({ properties }) => Object.entries(properties))) {
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
