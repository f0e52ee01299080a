import type { GraphNode } from '../model/graph.ts';
import { type NodeKind, nodeKind, nodeKinds } from '../model/kinds.ts';
import type { ClaimPlace } from '../model/scope.ts';
import { grown } from './growable.ts';
import { absent, Placements } from './placements.ts';

/** What the projection keeps of a node. */
export type NodeState = Pick<GraphNode, 'id' | 'kind' | 'ref' | 'namespace'>;

const kindNames = Object.keys(nodeKinds) as NodeKind[];
const kindNumbers = new Map(kindNames.map((kind, number) => [kind, number]));
const hiddenKinds = Uint8Array.from(kindNames, (kind) => (nodeKind(kind).hidden ? 1 : 0));
const noKind = 255;

/** The nodes of a tenant by number. A node that only edges speak of has a number too, and the placement `absent`. */
export class NodeTable {
  readonly placements = new Placements();
  /** Numbers handed out are below this. */
  count = 0;
  readonly ids: string[] = [];
  readonly refs: string[] = [];
  /** By node: the number of its placement, by which a query sees it or not. */
  placement: Int32Array = new Int32Array(0);
  #kind: Uint8Array = new Uint8Array(0);
  readonly #numbers = new Map<string, number>();
  /** Of shared nodes: the namespace that each cluster claims it in. */
  readonly #claims = new Map<number, Map<string, string | null>>();
  readonly #free: number[] = [];

  /** The number of an id; undefined when nothing speaks of it. */
  find(id: string): number | undefined {
    return this.#numbers.get(id);
  }

  /** The number of an id, given one now if it has none. */
  number(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const node = this.#free.pop() ?? this.count++;
    if (node >= this.placement.length) {
      this.placement = grown(this.placement, this.count);
      this.#kind = grown(this.#kind, this.placement.length);
    }
    this.placement[node] = absent;
    this.#kind[node] = noKind;
    this.ids[node] = id;
    this.refs[node] = '';
    this.#numbers.set(id, node);
    return node;
  }

  put(cluster: string, state: NodeState): void {
    const node = this.number(state.id);
    this.#kind[node] = kindNumbers.get(state.kind) as number;
    this.refs[node] = state.ref;
    if (nodeKind(state.kind).shared) {
      const claims = this.#claims.get(node) ?? new Map<string, string | null>();
      this.#claims.set(node, claims.set(cluster, state.namespace));
      this.#place(node, claims);
    } else {
      this.placement[node] = this.placements.number(state.kind, [{ cluster, namespace: state.namespace }]);
    }
  }

  /** Drops a cluster's claim; the node is gone with its last one. */
  remove(cluster: string, id: string): void {
    const node = this.#numbers.get(id);
    if (node === undefined) return;
    const claims = this.#claims.get(node);
    claims?.delete(cluster);
    if (claims !== undefined && claims.size > 0) {
      this.#place(node, claims);
      return;
    }
    this.#claims.delete(node);
    this.placement[node] = absent;
    this.#kind[node] = noKind;
  }

  /** The kind of a node that is there. */
  kind(node: number): NodeKind {
    return kindNames[this.#kind[node] as number] as NodeKind;
  }

  hidden(node: number): boolean {
    return hiddenKinds[this.#kind[node] as number] === 1;
  }

  /** Where the claims on a node lie. */
  places(node: number): readonly ClaimPlace[] {
    return this.placements.list[this.placement[node] as number]?.places ?? [];
  }

  /** Every node of a kind. */
  *ofKind(kind: NodeKind): Generator<number> {
    const number = kindNumbers.get(kind) as number;
    for (let node = this.#kind.indexOf(number); node !== -1; node = this.#kind.indexOf(number, node + 1)) {
      if (node < this.count) yield node;
    }
  }

  /** Frees the numbers of nodes that are not there and that no edge speaks of. */
  compact(spokenOf: (node: number) => boolean): void {
    for (let node = 0; node < this.count; node++) {
      if (this.placement[node] !== absent || spokenOf(node) || this.ids[node] === '') continue;
      this.#numbers.delete(this.ids[node] as string);
      this.ids[node] = '';
      this.#free.push(node);
    }
  }

  #place(node: number, claims: ReadonlyMap<string, string | null>): void {
    const places = Array.from(claims, ([cluster, namespace]) => ({ cluster, namespace }));
    this.placement[node] = this.placements.number(this.kind(node), places);
  }
}
