import { deadBit, none } from './adjacency.ts';
import type { Budget } from './budget.ts';
import { compareText, Detour, type Route } from './detour.ts';
import { Heap } from './heap.ts';
import type { Labels, Rank } from './labels.ts';
import type { View } from './view.ts';

/** A route that waits for its turn: the best of those that share its first edges and then go on by none of the barred. */
interface Candidate extends Route {
  readonly shared: number;
  readonly barred: readonly number[];
}

/** A first edge out of a start; no route that begins with it comes before this rank and number of edges. */
interface FirstStep {
  readonly start: number;
  readonly edge: number;
  readonly node: number;
  readonly rank: Rank;
  readonly length: number;
}

/**
 * The simple paths from any start to any target, in order: by cost, then hops, then number of edges, then the ids of
 * the edges from the first on. The order is total, so that the answer is the same in every store and after a rebuild.
 * No inner node is a start or a target. `labels` are those from the targets backward, with the starts as stops.
 * Where they are incomplete, the routes that need more are left out: all of them come after those that are given.
 *
 * Yen's partition (Management Science 17(11), 1971) with Lawler's refinement (18(7), 1972): the routes that are left
 * are parted by the first edges they share with one already taken out, and each part is represented by its best.
 */
export function* cheapestRoutes(
  view: View,
  starts: readonly number[],
  labels: Labels,
  budget: Budget,
): Generator<Route> {
  const { ids } = view.projection.edges;
  const detour = new Detour(view, labels, budget);
  const firstSteps = new Heap<FirstStep>(
    (a, b) => a.rank - b.rank || a.length - b.length || compareText(ids[a.edge] as string, ids[b.edge] as string),
    firstStepsOf(view, starts, labels, budget),
  );
  const waiting = new Heap<Candidate>((a, b) => compareRoutes(a, b, ids));

  for (;;) {
    // A first step is looked into only when its best route may be the next of all.
    for (let step = firstSteps.top(); step !== undefined; step = firstSteps.top()) {
      const next = waiting.top();
      if (next !== undefined && compareBound(step, next, ids) > 0) break;
      firstSteps.pop();
      const beginning = { nodes: [step.start, step.node], edges: [step.edge], rank: step.rank };
      const ends = step.length === 1;
      const best = ends ? beginning : detour.best(beginning, 1, []);
      if (best !== null && best.rank < labels.complete) waiting.push({ ...best, shared: 1, barred: [] });
      if (budget.truncated !== null) return;
    }
    const route = waiting.pop();
    if (route === undefined) return;
    yield route;
    for (let shared = route.shared; shared < route.edges.length; shared++) {
      const taken = route.edges[shared] as number;
      const barred = shared === route.shared ? [...route.barred, taken] : [taken];
      const best = detour.best(route, shared, barred);
      if (best !== null && best.rank < labels.complete) waiting.push({ ...best, shared, barred });
      if (budget.truncated !== null || budget.keep(waiting.size)) return;
    }
  }
}

function firstStepsOf(view: View, starts: readonly number[], labels: Labels, budget: Budget): FirstStep[] {
  const { forward } = view.projection.edges;
  const steps: FirstStep[] = [];
  for (const start of starts) {
    let scanned = 1;
    for (let p = forward.start(start); p !== none; p = forward.after(start, p)) {
      scanned++;
      const code = forward.code[p] as number;
      const node = forward.other[p] as number;
      if ((code & deadBit) !== 0 || node === start) continue;
      const step = labels.step(code);
      const label = labels.within(node, labels.maxHops - (step % labels.layers));
      const edge = forward.edge[p] as number;
      if (label === none || !view.follows(edge)) continue;
      const rank = step + (labels.rank[label] as number);
      if (rank >= labels.complete) continue;
      steps.push({ start, edge, node, rank, length: 1 + (labels.edges[label] as number) });
    }
    if (budget.spend(scanned)) break;
  }
  return steps;
}

function compareRoutes(a: Route, b: Route, ids: readonly string[]): number {
  const difference = a.rank - b.rank || a.edges.length - b.edges.length;
  if (difference !== 0) return difference;
  const at = a.edges.findIndex((edge, index) => ids[edge] !== ids[b.edges[index] as number]);
  return at === -1 ? 0 : compareText(ids[a.edges[at] as number] as string, ids[b.edges[at] as number] as string);
}

function compareBound(step: FirstStep, route: Route, ids: readonly string[]): number {
  const difference = step.rank - route.rank || step.length - route.edges.length;
  return difference || compareText(ids[step.edge] as string, ids[route.edges[0] as number] as string);
}
