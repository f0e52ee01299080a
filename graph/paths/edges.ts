import type { GraphEdge } from '../model/graph.ts';
import { Adjacency, deadBit, difficultyBits, hopBit, none } from './adjacency.ts';
import { EvidencePool } from './evidence.ts';
import { grown } from './growable.ts';
import type { NodeTable } from './nodes.ts';

/** What the projection keeps of an edge. */
export type EdgeState = Pick<GraphEdge, 'id' | 'kind' | 'from' | 'to' | 'attack'>;

/** Strings by number, for the few that very many edges share. */
class Names {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.list.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }
}

/** The attack edges of a tenant by number, and their adjacency both ways. */
export class EdgeTable {
  readonly forward = new Adjacency();
  readonly backward = new Adjacency();
  readonly evidence = new EvidencePool();
  readonly kinds = new Names();
  /** The clusters whose partitions the edges come from. */
  readonly clusters = new Names();
  readonly ids: string[] = [];
  /** By edge. */
  from: Int32Array = new Int32Array(0);
  to: Int32Array = new Int32Array(0);
  code: Uint8Array = new Uint8Array(0);
  kind: Uint16Array = new Uint16Array(0);
  cluster: Uint16Array = new Uint16Array(0);
  evidenceAt: Int32Array = new Int32Array(0);
  #forwardAt: Int32Array = new Int32Array(0);
  #backwardAt: Int32Array = new Int32Array(0);
  #count = 0;
  /** By the cluster of the partition, then by id: what several partitions state is as many edges side by side. */
  readonly #partitions = new Map<string, Map<string, number>>();
  /** Numbers of edges that died since the last compaction, and those to hand out again. */
  #dead: number[] = [];
  readonly #free: number[] = [];
  /** How often evidence was replaced or died since it was last compacted. */
  #stale = 0;

  /** The edges with an id: one for each partition that states it. */
  find(id: string): readonly number[] {
    return [...this.#partitions.values()].flatMap((partition) => partition.get(id) ?? []);
  }

  /** An edge that is merely observed is none of ours. */
  put(cluster: string, state: EdgeState, nodes: NodeTable): void {
    if (state.attack === null) return;
    const hop = state.attack.class === 'technique';
    const code = hop ? hopBit | (state.attack.difficulty & difficultyBits) : 0;
    const partition = this.#partition(cluster);
    const known = partition.get(state.id);
    const edge = known ?? this.#add(cluster, state, code, nodes);
    if (known === undefined) partition.set(state.id, edge);
    if (this.code[edge] !== code) this.#setCode(edge, code);
    const before = known === undefined ? undefined : (this.evidenceAt[edge] as number);
    this.evidenceAt[edge] = this.evidence.put(cluster, state.attack.evidence, before);
    if (before !== undefined && before !== this.evidenceAt[edge]) this.#stale++;
  }

  /** Removes an edge of this cluster's partition; one that it does not hold is nothing. */
  remove(cluster: string, id: string): void {
    const partition = this.#partition(cluster);
    const edge = partition.get(id);
    if (edge === undefined) return;
    this.#setCode(edge, deadBit);
    partition.delete(id);
    this.#dead.push(edge);
    this.#stale++;
  }

  /** Makes room for the edges of nodes up to `count`. */
  reserve(count: number): void {
    this.forward.reserve(count);
    this.backward.reserve(count);
  }

  get #tolerable(): number {
    return Math.max(4096, this.#count >> 2);
  }

  /** Whether so much has changed since the last compaction that another is worth its time. */
  get untidy(): boolean {
    return this.forward.chained + this.#dead.length > this.#tolerable || this.#stale > this.#tolerable;
  }

  /** Straightens the chains, and frees the numbers of dead edges and of nodes that nothing speaks of. */
  compact(nodes: NodeTable): void {
    const { forward, backward, from, to, code } = this;
    forward.compact(nodes.count, this.#count, from, to, code, this.#forwardAt);
    backward.compact(nodes.count, this.#count, to, from, code, this.#backwardAt);
    if (this.#stale > this.#tolerable) {
      this.evidence.compact(this.#count, this.evidenceAt, (edge) => ((code[edge] as number) & deadBit) === 0);
      this.#stale = 0;
    }
    for (const edge of this.#dead) {
      this.ids[edge] = '';
      this.#free.push(edge);
    }
    this.#dead = [];
    nodes.compact((node) => forward.start(node) !== none || backward.start(node) !== none);
  }

  #partition(cluster: string): Map<string, number> {
    let partition = this.#partitions.get(cluster);
    if (partition === undefined) {
      partition = new Map();
      this.#partitions.set(cluster, partition);
    }
    return partition;
  }

  #add(cluster: string, state: EdgeState, code: number, nodes: NodeTable): number {
    const edge = this.#free.pop() ?? this.#count++;
    const from = nodes.number(state.from);
    const to = nodes.number(state.to);
    if (edge >= this.from.length) this.#grow();
    this.reserve(nodes.count);
    this.ids[edge] = state.id;
    this.from[edge] = from;
    this.to[edge] = to;
    this.code[edge] = code;
    this.kind[edge] = this.kinds.number(state.kind);
    this.cluster[edge] = this.clusters.number(cluster);
    this.#forwardAt[edge] = this.forward.append(from, to, code, edge);
    this.#backwardAt[edge] = this.backward.append(to, from, code, edge);
    return edge;
  }

  #grow(): void {
    this.from = grown(this.from, this.#count);
    this.to = grown(this.to, this.#count);
    this.code = grown(this.code, this.#count);
    this.kind = grown(this.kind, this.#count);
    this.cluster = grown(this.cluster, this.#count);
    this.evidenceAt = grown(this.evidenceAt, this.#count);
    this.#forwardAt = grown(this.#forwardAt, this.#count);
    this.#backwardAt = grown(this.#backwardAt, this.#count);
  }

  #setCode(edge: number, code: number): void {
    this.code[edge] = code;
    this.forward.code[this.#forwardAt[edge] as number] = code;
    this.backward.code[this.#backwardAt[edge] as number] = code;
  }
}
