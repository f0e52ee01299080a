import { none } from './adjacency.ts';
import { grown } from './growable.ts';

/**
 * Nodes waiting by rank, a small whole number: a bucket a rank (R. Dial, Algorithm 360, CACM 12(11), 1969).
 * Within a rank they come out by how many edges lead to them.
 */
export class RankQueue {
  /** What `take` took out: nodes and their numbers of edges, ascending. Valid until the next `take`. */
  nodes: Int32Array = new Int32Array(0);
  edges: Int32Array = new Int32Array(0);
  /** By rank: the first entry. */
  #first: Int32Array = new Int32Array(0);
  /** By entry. */
  #node: Int32Array = new Int32Array(0);
  #edges: Int32Array = new Int32Array(0);
  #next: Int32Array = new Int32Array(0);
  /** Of the counting sort: where the next entry with so many edges goes. */
  #at: Int32Array = new Int32Array(0);
  #free = none;
  #count = 0;
  /** How many are waiting. */
  waiting = 0;

  /** Forgets what waits, and makes room for this many ranks. */
  reset(ranks: number): void {
    this.#first = grown(this.#first, ranks).fill(none, 0, ranks);
    this.#free = none;
    this.#count = 0;
    this.waiting = 0;
  }

  /** The most entries that were waiting at once since the reset. */
  get held(): number {
    return this.#count;
  }

  push(rank: number, node: number, edges: number): void {
    this.waiting++;
    let entry = this.#free;
    if (entry === none) {
      entry = this.#count++;
      if (entry === this.#node.length) this.#grow();
    } else {
      this.#free = this.#next[entry] as number;
    }
    this.#node[entry] = node;
    this.#edges[entry] = edges;
    this.#next[entry] = this.#first[rank] as number;
    this.#first[rank] = entry;
  }

  /** Takes everything of a rank into `nodes` and `edges`, by a counting sort; answers how many. */
  take(rank: number): number {
    const first = this.#first[rank] as number;
    if (first === none) return 0;
    let count = 0;
    let fewest = Number.MAX_SAFE_INTEGER;
    let most = 0;
    let last = first;
    for (let entry = first; entry !== none; entry = this.#next[entry] as number) {
      const edges = this.#edges[entry] as number;
      if (edges < fewest) fewest = edges;
      if (edges > most) most = edges;
      count++;
      last = entry;
    }
    this.nodes = grown(this.nodes, count);
    this.edges = grown(this.edges, count);
    const slots = most - fewest + 2;
    this.#at = grown(this.#at, slots).fill(0, 0, slots);
    const at = this.#at;
    for (let entry = first; entry !== none; entry = this.#next[entry] as number) {
      const above = (this.#edges[entry] as number) - fewest + 1;
      at[above] = (at[above] as number) + 1;
    }
    for (let i = 1; i < slots; i++) at[i] = (at[i] as number) + (at[i - 1] as number);
    for (let entry = first; entry !== none; entry = this.#next[entry] as number) {
      const edges = this.#edges[entry] as number;
      const place = at[edges - fewest] as number;
      at[edges - fewest] = place + 1;
      this.nodes[place] = this.#node[entry] as number;
      this.edges[place] = edges;
    }
    this.waiting -= count;
    this.#next[last] = this.#free;
    this.#free = first;
    this.#first[rank] = none;
    return count;
  }

  #grow(): void {
    this.#node = grown(this.#node, this.#count);
    this.#edges = grown(this.#edges, this.#count);
    this.#next = grown(this.#next, this.#count);
  }
}
