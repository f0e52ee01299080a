import { type Adjacency, deadBit, difficultyBits, hopBit, none } from './adjacency.ts';
import type { Budget } from './budget.ts';
import { grown } from './growable.ts';
import { RankQueue } from './rank-queue.ts';
import type { View } from './view.ts';

/** The largest difficulty of an edge. */
const maxDifficulty = 9;

/**
 * What a way costs, as one number that adds up along it: cost × (maxHops + 1) + hops. The lower comes first,
 * by cost and then by hops. No way within the bound has a rank above maxHops × (maxDifficulty × (maxHops + 1) + 1).
 */
export type Rank = number;

/**
 * For each node the ways between it and the nearest source that nothing beats: a label says cost, hops and number
 * of edges of a way than which none within as many hops comes earlier (by cost, then hops, then edges).
 * A node has several labels where fewer hops cost more.
 */
export class Labels {
  readonly maxHops: number;
  /** One more than the most hops: ranks count in it. */
  readonly layers: number;
  count = 0;
  /** By label, in the order of rank and then edges. */
  node: Int32Array = new Int32Array(1024);
  rank: Int32Array = new Int32Array(1024);
  edges: Int32Array = new Int32Array(1024);
  #earlier: Int32Array = new Int32Array(1024);
  /** By node: its last label, the one with the fewest hops. */
  readonly #last: Int32Array;

  constructor(nodes: number, maxHops: number) {
    this.maxHops = maxHops;
    this.layers = maxHops + 1;
    this.#last = new Int32Array(nodes).fill(none);
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
  step(code: number): number {
    return (code & hopBit) === 0 ? 0 : (code & difficultyBits) * this.layers + 1;
  }

  /** Labels come in order of rank and edges. */
  append(node: number, rank: Rank, edges: number): void {
    const label = this.count++;
    this.node = grown(this.node, this.count);
    this.rank = grown(this.rank, this.count);
    this.edges = grown(this.edges, this.count);
    this.#earlier = grown(this.#earlier, this.count);
    this.node[label] = node;
    this.rank[label] = rank;
    this.edges[label] = edges;
    this.#earlier[label] = this.#last[node] as number;
    this.#last[node] = label;
  }
}

/**
 * Labels everything that the sources reach within `maxHops`, along the adjacency, without entering a closed node.
 * Label setting in the order of rank (Hansen 1980; Martins 1984), by buckets as all ranks are small.
 * When the budget runs out, the labels so far are right, and the rest is missing.
 */
export function settleLabels(
  view: View,
  adjacency: Adjacency,
  sources: Iterable<number>,
  maxHops: number,
  budget: Budget,
  closed?: ReadonlySet<number>,
): Labels {
  const nodes = view.projection.nodes.count;
  const labels = new Labels(nodes, maxHops);
  const { layers } = labels;
  const ranks = maxHops * (maxDifficulty * layers + 1) + 1;
  const queue = new RankQueue(ranks);
  // By node: one more than the fewest hops of its labels, 0 while it has none.
  const settled = new Uint8Array(nodes);
  // By node: the rank, and number of edges, of the best step towards it that is queued.
  const queuedRank = new Int32Array(nodes).fill(ranks);
  const queuedEdges = new Int32Array(nodes);
  for (const node of closed ?? []) settled[node] = 1;
  // Steps by links stay within the rank: they wait here, behind those that reached it before.
  let linkNodes = new Int32Array(64);
  let linkEdges = new Int32Array(64);

  for (const source of sources) {
    settled[source] = 0;
    queue.push(0, source, 0);
  }
  for (let rank = 0; rank < ranks; rank++) {
    const hops = rank % layers;
    const arrivals = queue.take(rank);
    let links = 0;
    for (let arrival = 0, link = 0; arrival < arrivals || link < links; ) {
      const fromLink =
        arrival === arrivals || (link < links && (linkEdges[link] as number) < (queue.edges[arrival] as number));
      const node = (fromLink ? linkNodes[link] : queue.nodes[arrival]) as number;
      const edges = (fromLink ? linkEdges[link] : queue.edges[arrival]) as number;
      if (fromLink) link++;
      else arrival++;
      const fewest = settled[node] as number;
      if (fewest !== 0 && hops >= fewest - 1) continue;
      settled[node] = hops + 1;
      labels.append(node, rank, edges);
      let scanned = 1;
      for (let p = adjacency.start(node); p !== none; p = adjacency.after(node, p)) {
        scanned++;
        const code = adjacency.code[p] as number;
        if ((code & deadBit) !== 0) continue;
        const other = adjacency.other[p] as number;
        const isHop = (code & hopBit) !== 0;
        const otherHops = isHop ? hops + 1 : hops;
        const otherFewest = settled[other] as number;
        if (otherHops > maxHops || (otherFewest !== 0 && otherHops >= otherFewest - 1)) continue;
        const otherRank = rank + labels.step(code);
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
          linkNodes = grown(linkNodes, links + 1);
          linkEdges = grown(linkEdges, links + 1);
          linkNodes[links] = other;
          linkEdges[links] = edges + 1;
          links++;
        }
      }
      if (budget.spend(scanned) || budget.hold(labels.count + queue.held)) return labels;
    }
  }
  return labels;
}
