import { deadBit, none } from './adjacency.ts';
import type { Budget } from './budget.ts';
import { Heap } from './heap.ts';
import type { Labels, Rank } from './labels.ts';
import type { View } from './view.ts';

/** A simple path through the projection, hidden nodes included, by numbers of nodes and edges. */
export interface Route {
  /** One more than the edges. */
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly rank: Rank;
}

/** Ids by code unit, which for ids is by code point. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A way from the node of deviation on, as far as the search has gone, and what it comes to at the least. */
interface Partial {
  readonly parent: Partial | null;
  readonly edge: number;
  /** The best label of the node it has come to: the least that is still to come. */
  readonly label: number;
  /** From the start of the route to here. */
  readonly rank: Rank;
  readonly edges: number;
  readonly leastRank: Rank;
  readonly leastEdges: number;
}

/**
 * Finds the best way on from some node of a route which does not meet the route's beginning again.
 * The labels say what is the least to come from each node, so that mostly the walk down from the best neighbour is
 * the answer; only where it meets the beginning is there a search (A* with the labels as its exact heuristic).
 */
export class Detour {
  readonly #view: View;
  readonly #labels: Labels;
  readonly #budget: Budget;
  /** By node: 1 while it lies on the beginning of the route. */
  readonly #taken: Uint8Array;
  /** By label: the position of the edge that the best way takes from there; unknown until asked. */
  readonly #onward: Int32Array;

  constructor(view: View, labels: Labels, budget: Budget) {
    this.#view = view;
    this.#labels = labels;
    this.#budget = budget;
    this.#taken = new Uint8Array(view.projection.nodes.count);
    this.#onward = new Int32Array(labels.count).fill(none);
  }

  /**
   * The best route that begins with the first `shared` edges of this one and goes on by none of the barred;
   * null when there is none, or the budget has run out.
   */
  best(route: Pick<Route, 'nodes' | 'edges'>, shared: number, barred: readonly number[]): Route | null {
    const beginning = { nodes: route.nodes.slice(0, shared + 1), edges: route.edges.slice(0, shared) };
    for (const node of beginning.nodes) this.#taken[node] = 1;
    const last = beginning.nodes[shared] as number;
    const { code } = this.#view.projection.edges;
    let rank = 0;
    for (const edge of beginning.edges) rank += this.#labels.step(code[edge] as number);

    let nearest: Partial | null = null;
    for (const next of this.#steps(last, null, rank, shared)) {
      if (!barred.includes(next.edge) && (nearest === null || this.#compare(next, nearest) < 0)) nearest = next;
    }
    let rest = nearest === null ? null : this.#walk(nearest);
    if (nearest !== null && rest === null) rest = this.#search(last, rank, shared, barred);

    for (const node of beginning.nodes) this.#taken[node] = 0;
    if (rest === null) return null;
    return {
      nodes: [...beginning.nodes, ...rest.nodes],
      edges: [...beginning.edges, ...rest.edges],
      rank: rest.rank,
    };
  }

  /** Every step from a node that can still come to a target and does not meet the beginning. */
  #steps(node: number, parent: Partial | null, rank: Rank, edges: number): Partial[] {
    const { forward } = this.#view.projection.edges;
    const labels = this.#labels;
    const hopsLeft = labels.maxHops - (rank % labels.layers);
    const steps: Partial[] = [];
    let scanned = 1;
    for (let p = forward.start(node); p !== none; p = forward.after(node, p)) {
      scanned++;
      const code = forward.code[p] as number;
      const other = forward.other[p] as number;
      if ((code & deadBit) !== 0 || this.#taken[other] === 1) continue;
      const step = labels.step(code);
      const label = labels.within(other, hopsLeft - (step % labels.layers));
      const edge = forward.edge[p] as number;
      if (label === none || !this.#view.follows(edge)) continue;
      const rankHere = rank + step;
      steps.push({
        parent,
        edge,
        label,
        rank: rankHere,
        edges: edges + 1,
        leastRank: rankHere + (labels.rank[label] as number),
        leastEdges: edges + 1 + (labels.edges[label] as number),
      });
    }
    this.#budget.spend(scanned);
    return steps;
  }

  /** Down the labels from a step to a target; null when that meets the beginning of the route. */
  #walk(step: Partial): Route | null {
    const { forward } = this.#view.projection.edges;
    const labels = this.#labels;
    const nodes = [labels.node[step.label] as number];
    const edges = [step.edge];
    for (let label = step.label; labels.edges[label] !== 0; ) {
      const p = this.#onwardFrom(label);
      const node = forward.other[p] as number;
      if (this.#taken[node] === 1) return null;
      nodes.push(node);
      edges.push(forward.edge[p] as number);
      label = labels.within(node, labels.hops(label) - (labels.step(forward.code[p] as number) % labels.layers));
    }
    return { nodes, edges, rank: step.leastRank };
  }

  /** The edge by which the best way leaves a label's node: of those that keep to the label, the first by id. */
  #onwardFrom(label: number): number {
    const known = this.#onward[label] as number;
    if (known !== none) return known;
    const { forward, ids } = this.#view.projection.edges;
    const labels = this.#labels;
    const node = labels.node[label] as number;
    const hops = labels.hops(label);
    let best = none;
    for (let p = forward.start(node); p !== none; p = forward.after(node, p)) {
      const code = forward.code[p] as number;
      if ((code & deadBit) !== 0) continue;
      const step = labels.step(code);
      const next = labels.within(forward.other[p] as number, hops - (step % labels.layers));
      if (next === none || step + (labels.rank[next] as number) !== labels.rank[label]) continue;
      if (1 + (labels.edges[next] as number) !== labels.edges[label]) continue;
      const edge = forward.edge[p] as number;
      if (!this.#view.follows(edge)) continue;
      const first = best === none || compareText(ids[edge] as string, ids[forward.edge[best] as number] as string) < 0;
      if (first) best = p;
    }
    this.#onward[label] = best;
    return best;
  }

  #search(from: number, rank: Rank, edges: number, barred: readonly number[]): Route | null {
    const labels = this.#labels;
    const compare = (a: Partial, b: Partial): number => this.#compare(a, b);
    const open = new Heap<Partial>(
      compare,
      this.#steps(from, null, rank, edges).filter((step) => !barred.includes(step.edge)),
    );
    const settled = new Map<number, Partial[]>();
    for (let partial = open.pop(); partial !== undefined; partial = open.pop()) {
      if (labels.edges[partial.label] === 0) return this.#unwind(partial);
      const node = labels.node[partial.label] as number;
      const before = settled.get(node) ?? [];
      if (before.some((other) => this.#dominates(other, partial))) continue;
      settled.set(node, [...before, partial]);
      for (const step of this.#steps(node, partial, partial.rank, partial.edges)) open.push(step);
      if (this.#budget.truncated !== null || this.#budget.hold(open.size)) return null;
    }
    return null;
  }

  /** Whether whatever follows the second may as well follow the first, and is then no later. */
  #dominates(a: Partial, b: Partial): boolean {
    const { layers } = this.#labels;
    return a.rank % layers <= b.rank % layers && (a.rank < b.rank || (a.rank === b.rank && a.edges <= b.edges));
  }

  #unwind(end: Partial): Route {
    const nodes: number[] = [];
    const edges: number[] = [];
    for (let partial: Partial | null = end; partial !== null; partial = partial.parent) {
      nodes.push(this.#labels.node[partial.label] as number);
      edges.push(partial.edge);
    }
    return { nodes: nodes.reverse(), edges: edges.reverse(), rank: end.rank };
  }

  /**
   * By what they come to at the least; among equals, by the ids of their edges from the first on. Where one only begins
   * like the other (edges of different partitions have the same id), it comes first, as it may yet go on better.
   */
  #compare(a: Partial, b: Partial): number {
    const difference = a.leastRank - b.leastRank || a.leastEdges - b.leastEdges;
    if (difference !== 0) return difference;
    const { ids } = this.#view.projection.edges;
    let one: Partial | null = a;
    let other: Partial | null = b;
    while (one !== null && one.edges > b.edges) one = one.parent;
    while (other !== null && other.edges > a.edges) other = other.parent;
    let order = 0;
    for (; one !== null && other !== null && one !== other; one = one.parent, other = other.parent) {
      order = compareText(ids[one.edge] as string, ids[other.edge] as string) || order;
    }
    return order || a.edges - b.edges;
  }
}
