import { grown } from './growable.ts';

/** No position, node, edge or label. */
export const none = -1;

/** An edge's code: its difficulty in the low bits, and these. */
export const difficultyBits = 0x0f;
/** A technique: one hop. Without it the edge is a link, which is no hop and costs nothing. */
export const hopBit = 0x10;
export const deadBit = 0x80;

/**
 * The edges of each node in one direction. What was known at the last compaction lies in compressed sparse rows;
 * what came since hangs from each node in a chain. Both are read through positions:
 *
 *     for (let p = rows.start(node); p !== none; p = rows.after(node, p)) { rows.other[p], rows.code[p], rows.edge[p] }
 *
 * Dead edges are met too: their code says so.
 */
export class Adjacency {
  /** By position: the node at the other end, the code of the edge, the edge. */
  other: Int32Array = new Int32Array(0);
  code: Uint8Array = new Uint8Array(0);
  edge: Int32Array = new Int32Array(0);
  /** Positions in use; those from `#rows` on are chained. */
  count = 0;
  #rows = 0;
  /** By node: where its row begins; it ends where the next one begins. */
  #begin: Int32Array = new Int32Array(1);
  /** By node: the first position of its chain. */
  #chain: Int32Array = new Int32Array(0);
  /** By position less `#rows`: the next of the chain. */
  #next: Int32Array = new Int32Array(0);

  start(node: number): number {
    const begin = this.#begin[node] as number;
    return begin < (this.#begin[node + 1] as number) ? begin : (this.#chain[node] as number);
  }

  after(node: number, position: number): number {
    if (position >= this.#rows) return this.#next[position - this.#rows] as number;
    return position + 1 < (this.#begin[node + 1] as number) ? position + 1 : (this.#chain[node] as number);
  }

  /** How many positions are chained rather than in rows: what a compaction would straighten. */
  get chained(): number {
    return this.count - this.#rows;
  }

  /** Makes room for nodes up to `count`, with no edges. */
  reserve(count: number): void {
    const known = this.#chain.length;
    if (count <= known) return;
    this.#chain = grown(this.#chain, count, none);
    this.#begin = grown(this.#begin, this.#chain.length + 1);
    this.#begin.fill(this.#rows, known + 1);
  }

  /** Chains an edge to a node; answers its position. */
  append(node: number, other: number, code: number, edge: number): number {
    const position = this.count++;
    if (position >= this.other.length) this.#grow();
    this.other[position] = other;
    this.code[position] = code;
    this.edge[position] = edge;
    this.#next[position - this.#rows] = this.#chain[node] as number;
    this.#chain[node] = position;
    return position;
  }

  #grow(): void {
    this.other = grown(this.other, this.count);
    this.code = grown(this.code, this.other.length);
    this.edge = grown(this.edge, this.other.length);
    this.#next = grown(this.#next, this.other.length - this.#rows);
  }

  /**
   * Puts every edge that is not dead into rows, by a counting sort on `from`.
   * `from`, `to` and `codes` are by edge; `positions` (by edge too) receives where each went.
   */
  compact(
    nodes: number,
    edges: number,
    from: Int32Array,
    to: Int32Array,
    codes: Uint8Array,
    positions: Int32Array,
  ): void {
    const begin = new Int32Array(nodes + 1);
    let live = 0;
    for (let edge = 0; edge < edges; edge++) {
      if (((codes[edge] as number) & deadBit) !== 0) continue;
      const row = (from[edge] as number) + 1;
      begin[row] = (begin[row] as number) + 1;
      live++;
    }
    for (let node = 0; node < nodes; node++) begin[node + 1] = (begin[node + 1] as number) + (begin[node] as number);
    const at = begin.slice();
    this.other = new Int32Array(live);
    this.code = new Uint8Array(live);
    this.edge = new Int32Array(live);
    for (let edge = 0; edge < edges; edge++) {
      const code = codes[edge] as number;
      if ((code & deadBit) !== 0) continue;
      const node = from[edge] as number;
      const position = at[node] as number;
      at[node] = position + 1;
      this.other[position] = to[edge] as number;
      this.code[position] = code;
      this.edge[position] = edge;
      positions[edge] = position;
    }
    this.count = this.#rows = live;
    this.#begin = begin;
    this.#chain = new Int32Array(nodes).fill(none);
    this.#next = new Int32Array(0);
  }
}
