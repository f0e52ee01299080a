import type { NodeKind } from '../model/kinds.ts';
import type { Scope } from '../model/scope.ts';
import { Budget } from './budget.ts';
import { compareText } from './detour.ts';
import { endpointNodes } from './endpoints.ts';
import { PathEngineError } from './errors.ts';
import { fold } from './fold.ts';
import { Labelling, type Labels } from './labels.ts';
import type { AttackPath, BlastRadiusAnswer, PathAnswer, PathEngine, PathQuery, ReachedNode } from './port.ts';
import type { Projection } from './projection.ts';
import { cheapestRoutes } from './routes.ts';
import { View } from './view.ts';

export type BlastRadiusQuery = Parameters<PathEngine['blastRadius']>[1];

/** The searches of a thread come one after another, so they share their arrays. */
const labelling = new Labelling();

/** The most technique steps that may be asked for: ranks and hops then fit into small integers. */
const mostHops = 64;

function check({ maxHops, first }: { readonly maxHops: number; readonly first: number }): void {
  if (!Number.isInteger(maxHops) || maxHops < 1 || maxHops > mostHops) {
    throw new PathEngineError('INVALID_QUERY', `maxHops must be a whole number from 1 to ${mostHops}, not ${maxHops}.`);
  }
  if (!Number.isInteger(first) || first < 1) {
    throw new PathEngineError('INVALID_QUERY', `first must be a whole number from 1, not ${first}.`);
  }
}

/**
 * The cheapest paths of at least one step from any of `from` to any of `to`, with no node of either set between.
 * See cheapestRoutes for their order. Routes that look the same are one path.
 */
export function searchPaths(projection: Projection, scope: Scope, query: PathQuery): PathAnswer {
  check(query);
  const budget = new Budget(query.timeBudgetMs);
  const view = new View(projection, scope, query.without);
  const starts = endpointNodes(view, query.from);
  const targets = endpointNodes(view, query.to);
  const { labels } = labelling;
  labelling.begin(projection.nodes.count, targets, starts, query.maxHops);
  // Mostly the paths wanted are hardly dearer than the cheapest, so the labels need not go much further. If they must,
  // they go twice as far each time, so that all the times together cost little more than the last.
  let found: readonly AttackPath[] = [];
  for (let beyond = 0; ; beyond = Math.max(2 * beyond, labels.layers)) {
    labelling.advance(view, projection.edges.backward, budget, beyond);
    const paths = new Map<string, AttackPath>();
    for (const route of cheapestRoutes(view, starts, labels, budget)) {
      const path = fold(projection, route);
      if (!paths.has(path.id)) paths.set(path.id, path);
      if (paths.size === query.first) break;
    }
    // A round that was cut short may have found less than the one before, which its paths begin like.
    if (paths.size > found.length) found = [...paths.values()];
    if (found.length === query.first || labelling.finished || budget.truncated !== null) {
      return { version: projection.version, paths: found, truncated: budget.truncated };
    }
  }
}

/** Everything that the nodes reach within `maxHops`, each by its cheapest way. */
export function searchBlastRadius(projection: Projection, scope: Scope, query: BlastRadiusQuery): BlastRadiusAnswer {
  check(query);
  const budget = new Budget(query.timeBudgetMs);
  const view = new View(projection, scope);
  const sources = endpointNodes(view, query.of);
  labelling.begin(projection.nodes.count, sources, [], query.maxHops);
  labelling.advance(view, projection.edges.forward, budget, 0);
  const { counts, cheapest } = reach(projection, labelling.labels, new Set(sources), query.first);
  return { version: projection.version, counts, reached: cheapest, truncated: budget.truncated };
}

/** Counts what the labels reach, and picks the cheapest: whole costs at a time, as within one cost the id decides. */
function reach(projection: Projection, labels: Labels, sources: ReadonlySet<number>, first: number) {
  const { nodes } = projection;
  const counts: Partial<Record<NodeKind, number>> = {};
  const counted = new Uint8Array(nodes.count);
  const cheapest: ReachedNode[] = [];
  let level: ReachedNode[] = [];
  const close = (): void => {
    cheapest.push(...level.sort((a, b) => compareText(a.id, b.id)).slice(0, first - cheapest.length));
    level = [];
  };
  for (let label = 0; label < labels.count; label++) {
    const node = labels.node[label] as number;
    // The first label of a node is its cheapest.
    if (counted[node] === 1 || sources.has(node) || nodes.hidden(node)) continue;
    counted[node] = 1;
    const kind = nodes.kind(node);
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (cheapest.length >= first) continue;
    const cost = labels.cost(label);
    if (level.length > 0 && level[0]?.cost !== cost) close();
    if (cheapest.length < first) level.push({ id: nodes.ids[node] as string, kind, cost, hops: labels.hops(label) });
  }
  close();
  return { counts, cheapest };
}
