import type { GraphEdge, GraphNode } from '../../model/graph.ts';
import { pathId } from '../../model/id.ts';
import { type NodeKind, nodeKind } from '../../model/kinds.ts';
import { grantOn, mayReadClaim, type Scope } from '../../model/scope.ts';
import type { AttackPath, Endpoint, PathQuery, PathStep, ReachedNode, Without } from '../port.ts';
import type { SmallGraph } from './random-graph.ts';

/** The graph as the definition says a query sees it, by filtering lists. */
interface Seen {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: readonly GraphEdge[];
}

function see(graph: SmallGraph, scope: Scope, without: readonly Without[] = []): Seen {
  const visible = new Map<string, GraphNode>();
  for (const { cluster, node } of graph.nodes) {
    if (mayReadClaim(scope, node.kind, { cluster, namespace: node.namespace })) visible.set(node.id, node);
  }
  const goneNodes = without.flatMap((each) => ('node' in each && visible.has(each.node) ? [each.node] : []));
  const goneEdges = without.flatMap((each) => ('edge' in each ? [each.edge] : []));
  const goneObjects = graph.nodes
    .filter(({ node }) => goneNodes.includes(node.id))
    .map(({ cluster, node }) => `${cluster} ${node.ref}`);
  const nodes = new Map([...visible].filter(([id]) => !goneNodes.includes(id)));
  const edges = graph.edges.filter(({ cluster, edge }) => {
    if (grantOn(scope, cluster) === undefined || !nodes.has(edge.from) || !nodes.has(edge.to)) return false;
    if (edge.attack === null || goneEdges.includes(edge.id)) return false;
    const needsGone = edge.attack.evidence.map((alternative) =>
      alternative.some(({ object }) => goneObjects.includes(`${cluster} ${object}`)),
    );
    return needsGone.length === 0 || needsGone.includes(false);
  });
  return { nodes, edges: edges.map(({ edge }) => edge) };
}

function endpoint(seen: Seen, which: Endpoint): ReadonlySet<string> {
  const shown = [...seen.nodes.values()].filter(({ kind }) => !nodeKind(kind).hidden);
  const ofKinds = (kinds: readonly NodeKind[]) =>
    new Set(shown.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id));
  if ('ids' in which) return new Set(shown.filter(({ id }) => which.ids.includes(id)).map(({ id }) => id));
  if ('kinds' in which) return ofKinds(which.kinds);
  if (which.set === 'INTERNET') return ofKinds(['Internet']);
  if (which.set === 'CLUSTER_ADMIN') return ofKinds(['Cluster']);
  const kindOf = (id: string) => seen.nodes.get(id)?.kind;
  const reached = new Set<string>();
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const { from, to, attack } of seen.edges) {
      const first = attack?.class === 'technique' && kindOf(from) === 'Internet';
      if (first || (attack?.class === 'link' && reached.has(from) && kindOf(from) !== 'Pod')) reached.add(to);
    }
  }
  return new Set([...reached].filter((id) => kindOf(id) === 'Pod'));
}

const cost = (edges: readonly GraphEdge[]) => edges.reduce((sum, { attack }) => sum + (attack?.difficulty ?? 0), 0);
const hops = (edges: readonly GraphEdge[]) => edges.filter(({ attack }) => attack?.class === 'technique').length;

/** Every simple path, put in order, the same steps once, the first of them. */
export function naivePaths(graph: SmallGraph, scope: Scope, query: Omit<PathQuery, 'timeBudgetMs'>): AttackPath[] {
  const seen = see(graph, scope, query.without);
  const starts = endpoint(seen, query.from);
  const targets = endpoint(seen, query.to);
  const found: GraphEdge[][] = [];
  const extend = (path: readonly GraphEdge[], nodes: readonly string[]): void => {
    for (const edge of seen.edges) {
      if (edge.from !== nodes.at(-1) || nodes.includes(edge.to)) continue;
      const longer = [...path, edge];
      if (hops(longer) > query.maxHops) continue;
      if (targets.has(edge.to)) found.push(longer);
      else if (!starts.has(edge.to)) extend(longer, [...nodes, edge.to]);
    }
  };
  for (const start of starts) extend([], [start]);
  found.sort((a, b) => {
    const difference = cost(a) - cost(b) || hops(a) - hops(b) || a.length - b.length;
    if (difference !== 0) return difference;
    const at = a.findIndex((edge, index) => edge.id !== b[index]?.id);
    return at === -1 ? 0 : (a[at]?.id ?? '') < (b[at]?.id ?? '') ? -1 : 1;
  });
  const paths = new Map<string, AttackPath>();
  for (const edges of found) {
    const path = show(seen, edges);
    if (!paths.has(path.id)) paths.set(path.id, path);
  }
  return [...paths.values()].slice(0, query.first);
}

function show(seen: Seen, edges: readonly GraphEdge[]): AttackPath {
  const steps: PathStep[] = [];
  for (const { id, kind, from, to, attack } of edges) {
    const last = steps.at(-1);
    if (last !== undefined && nodeKind(seen.nodes.get(last.to)?.kind ?? 'Pod').hidden) {
      steps[steps.length - 1] = { ...last, to, folded: [...last.folded, id] };
    } else {
      const { class: attackClass, difficulty } = attack ?? { class: 'link', difficulty: 0 };
      steps.push({ from, to, edge: id, kind, class: attackClass, difficulty, folded: [] });
    }
  }
  return { id: pathId(steps.flatMap(({ edge, to }) => [edge, to])), cost: cost(edges), length: hops(edges), steps };
}

/** Bellman and Ford over layers: the least cost to each node by each number of hops. */
export function naiveBlastRadius(
  graph: SmallGraph,
  scope: Scope,
  of: Endpoint,
  maxHops: number,
): { readonly counts: Partial<Record<NodeKind, number>>; readonly reached: readonly ReachedNode[] } {
  const seen = see(graph, scope);
  const sources = endpoint(seen, of);
  const layers = Array.from({ length: maxHops + 1 }, () => new Map<string, number>());
  for (const source of sources) layers[0]?.set(source, 0);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [layer, here] of layers.entries()) {
      for (const { from, to, attack } of seen.edges) {
        const next = attack?.class === 'technique' ? layers[layer + 1] : here;
        const reached = (here.get(from) ?? Number.POSITIVE_INFINITY) + (attack?.difficulty ?? 0);
        if (next === undefined || reached >= (next.get(to) ?? Number.POSITIVE_INFINITY)) continue;
        next.set(to, reached);
        changed = true;
      }
    }
  }
  const reached: ReachedNode[] = [];
  const counts: Partial<Record<NodeKind, number>> = {};
  for (const { id, kind } of seen.nodes.values()) {
    if (sources.has(id) || nodeKind(kind).hidden) continue;
    const ways = layers.flatMap((layer, hops) => {
      const cost = layer.get(id);
      return cost === undefined ? [] : [{ id, kind, cost, hops }];
    });
    const best = ways.sort((a, b) => a.cost - b.cost || a.hops - b.hops)[0];
    if (best === undefined) continue;
    reached.push(best);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { counts, reached: reached.sort((a, b) => a.cost - b.cost || (a.id < b.id ? -1 : 1)) };
}
