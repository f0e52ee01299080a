import { type Adjacency, deadBit, difficultyBits, hopBit, none } from './adjacency.ts';
import type { Budget } from './budget.ts';
import { grown } from './growable.ts';
import { RankQueue } from './rank-queue.ts';
import type { View } from './view.ts';

/** The largest difficulty of an edge. */
const maxDifficulty = 9;

/**
 * What a way costs, as one number that adds up along it: cost × (maxHops + 1) + hops.
 * The lower comes first: by cost, then by hops.
 */
export type Rank = number;

/**
 * For each node the ways between it and the nearest source that nothing beats: a label says rank and number of edges
 * of a way than which none within as many hops comes earlier, by rank and then by edges.
 * A node has several labels where fewer hops cost more.
 */
export class Labels {
  maxHops = 0;
  /** One more than the most hops: ranks count in it. */
  layers = 1;
  count = 0;
  /** Every label of a rank below this is there. */
  complete: Rank = 0;
  /** By label, in the order of rank and then edges. */
  node: Int32Array = new Int32Array(1024);
  rank: Int32Array = new Int32Array(1024);
  edges: Int32Array = new Int32Array(1024);
  #earlier: Int32Array = new Int32Array(1024);
  /** By node: its last label, the one with the fewest hops. */
  #last: Int32Array = new Int32Array(0);

  /** Forgets all labels, and makes room for this many nodes. */
  reset(nodes: number, maxHops: number): void {
    this.maxHops = maxHops;
    this.layers = maxHops + 1;
    this.count = 0;
    this.complete = 0;
    this.#last = grown(this.#last, nodes).fill(none, 0, nodes);
  }

  /** The best label of a node within so many hops, or `none`. */
  within(node: number, hops: number): number {
    let found = none;
    for (let label = this.#last[node] as number; label !== none; label = this.#earlier[label] as number) {
      if ((this.rank[label] as number) % this.layers > hops) break;
      found = label;
    }
    return found;
  }

  cost(label: number): number {
    return Math.floor((this.rank[label] as number) / this.layers);
  }

  hops(label: number): number {
    return (this.rank[label] as number) % this.layers;
  }

  /** What an edge of this code adds to a rank. */
  step(code: number): Rank {
    return (code & hopBit) === 0 ? 0 : (code & difficultyBits) * this.layers + 1;
  }

  /** Labels come in order of rank and edges. */
  append(node: number, rank: Rank, edges: number): void {
    const label = this.count++;
    if (label === this.node.length) this.#grow();
    this.node[label] = node;
    this.rank[label] = rank;
    this.edges[label] = edges;
    this.#earlier[label] = this.#last[node] as number;
    this.#last[node] = label;
  }

  #grow(): void {
    this.node = grown(this.node, this.count);
    this.rank = grown(this.rank, this.count);
    this.edges = grown(this.edges, this.count);
    this.#earlier = grown(this.#earlier, this.count);
  }
}

/** In `#settled`: the node is a stop. Below it stands one more than the fewest hops of its labels, 0 for no label. */
const stopBit = 0x80;

/**
 * Labels what the sources reach within `maxHops` along an adjacency, the nearest first, as far as is asked.
 * It does not go on from a stop, unless that is a source, but remembers how near the nearest is.
 * Label setting in the order of rank (P. Hansen, Bicriterion path problems, 1980), by buckets as all ranks are small.
 * It is begun again for each search: its arrays are large, and making them anew would keep the garbage collector busy.
 */
export class Labelling {
  readonly labels = new Labels();
  readonly #queue = new RankQueue();
  #ranks = 0;
  #settled: Uint8Array = new Uint8Array(0);
  /** By node: the rank, and number of edges, of the best step towards it that was queued. */
  #queuedRank: Int32Array = new Int32Array(0);
  #queuedEdges: Int32Array = new Int32Array(0);
  /** Steps by links stay within a rank: they line up here, as ever more edges lead to them. */
  #linkNodes: Int32Array = new Int32Array(64);
  #linkEdges: Int32Array = new Int32Array(64);
  /** The least rank at which a stop was met. */
  #nearestStop = Number.POSITIVE_INFINITY;

  /** Forgets what was labelled, and begins at the sources. */
  begin(nodes: number, sources: Iterable<number>, stops: Iterable<number>, maxHops: number): void {
    this.labels.reset(nodes, maxHops);
    this.#ranks = maxHops * (maxDifficulty * (maxHops + 1) + 1) + 1;
    this.#queue.reset(this.#ranks);
    this.#settled = grown(this.#settled, nodes).fill(0, 0, nodes);
    this.#queuedRank = grown(this.#queuedRank, nodes).fill(this.#ranks, 0, nodes);
    this.#queuedEdges = grown(this.#queuedEdges, nodes);
    this.#nearestStop = Number.POSITIVE_INFINITY;
    // A stop counts as reached without a hop, so that no label will do; a source has yet to get its own.
    for (const node of stops) this.#settled[node] = stopBit | 1;
    for (const node of sources) {
      this.#settled[node] = (this.#settled[node] as number) & stopBit;
      this.#queue.push(0, node, 0);
    }
  }

  /** Whether everything that can be reached is labelled. */
  get finished(): boolean {
    return this.labels.complete === this.#ranks;
  }

  /**
   * Labels up to the rank of the nearest stop and this much more; all that can be reached where there is no stop.
   * When the budget runs out, the labels so far are right, and `complete` says how far they go.
   */
  advance(view: View, adjacency: Adjacency, budget: Budget, beyond: Rank): void {
    const { labels } = this;
    for (let rank = labels.complete; rank < this.#ranks && this.#queue.waiting > 0; rank++) {
      if (rank > this.#nearestStop + beyond) return;
      if (!this.#settle(view, adjacency, budget, rank)) return;
      labels.complete = rank + 1;
    }
    labels.complete = this.#ranks;
  }

  /** Labels all of a rank, by the number of edges; false when the budget has run out. */
  #settle(view: View, adjacency: Adjacency, budget: Budget, rank: Rank): boolean {
    const { labels } = this;
    const queue = this.#queue;
    const settled = this.#settled;
    const queuedRank = this.#queuedRank;
    const queuedEdges = this.#queuedEdges;
    const { layers, maxHops } = labels;
    const hops = rank % layers;
    const arrivals = queue.take(rank);
    let linkNodes = this.#linkNodes;
    let linkEdges = this.#linkEdges;
    let links = 0;
    for (let arrival = 0, link = 0; arrival < arrivals || link < links; ) {
      const byLink =
        arrival === arrivals || (link < links && (linkEdges[link] as number) < (queue.edges[arrival] as number));
      const node = (byLink ? linkNodes[link] : queue.nodes[arrival]) as number;
      const edges = (byLink ? linkEdges[link] : queue.edges[arrival]) as number;
      if (byLink) link++;
      else arrival++;
      const mark = settled[node] as number;
      if ((mark & ~stopBit) !== 0 && hops >= (mark & ~stopBit) - 1) continue;
      settled[node] = (mark & stopBit) | (hops + 1);
      labels.append(node, rank, edges);
      let scanned = 1;
      for (let p = adjacency.start(node); p !== none; p = adjacency.after(node, p)) {
        scanned++;
        const code = adjacency.code[p] as number;
        if ((code & deadBit) !== 0) continue;
        const other = adjacency.other[p] as number;
        const isHop = (code & hopBit) !== 0;
        const otherHops = isHop ? hops + 1 : hops;
        if (otherHops > maxHops) continue;
        const otherMark = settled[other] as number;
        const otherRank = rank + labels.step(code);
        if (otherMark >= stopBit && otherRank < this.#nearestStop) this.#nearestStop = otherRank;
        if ((otherMark & ~stopBit) !== 0 && otherHops >= (otherMark & ~stopBit) - 1) continue;
        const best = queuedRank[other] as number;
        if (best <= otherRank && best % layers <= otherHops) {
          if (best < otherRank || (queuedEdges[other] as number) <= edges + 1) continue;
        }
        if (!view.sees(other) || !view.follows(adjacency.edge[p] as number)) continue;
        if (best >= otherRank) {
          queuedRank[other] = otherRank;
          queuedEdges[other] = edges + 1;
        }
        if (isHop) {
          queue.push(otherRank, other, edges + 1);
        } else {
          if (links === linkNodes.length) {
            this.#linkNodes = grown(linkNodes, links + 1);
            this.#linkEdges = grown(linkEdges, links + 1);
            linkNodes = this.#linkNodes;
            linkEdges = this.#linkEdges;
          }
          linkNodes[links] = other;
          linkEdges[links] = edges + 1;
          links++;
        }
      }
      if (budget.spend(scanned) || budget.hold(labels.count + queue.held + links)) return false;
    }
    return true;
  }
}
