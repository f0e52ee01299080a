import type { Random } from '../../../test/property/random.ts';
import type { Evidence, GraphEdge, GraphNode } from '../../model/graph.ts';
import { type NodeKind, nodeKind } from '../../model/kinds.ts';
import type { ClusterGrant, Scope } from '../../model/scope.ts';
import type { Endpoint, Without } from '../port.ts';

/** What a store would hold: whole states, each with the cluster whose partition vouches for it. */
export interface SmallGraph {
  readonly nodes: readonly { readonly cluster: string; readonly node: GraphNode }[];
  readonly edges: readonly { readonly cluster: string; readonly edge: GraphEdge }[];
}

export const tenant = 'test';
export const clusters = ['Cluster.a', 'Cluster.b'] as const;
const namespaces = ['n1', 'n2', null] as const;
const kinds: readonly NodeKind[] = ['Pod', 'Pod', 'ServiceAccount', 'PermissionSet', 'Node', 'TargetSet', 'TargetSet'];

export function graphNode(id: string, kind: NodeKind, cluster: string, namespace: string | null): GraphNode {
  const shared = nodeKind(kind).shared;
  return {
    id,
    kind,
    ref: `ref/${id}`,
    cluster: shared ? null : cluster,
    namespace,
    name: id,
    properties: {},
    claims: ['test/all'],
    deletedAt: null,
  };
}

/** `difficulty` null makes a link. */
export function graphEdge(
  kind: string,
  from: string,
  to: string,
  difficulty: number | null,
  evidence: Evidence = [],
): GraphEdge {
  return {
    id: `${kind}.${from}-${to}`,
    kind,
    from,
    to,
    attack: { class: difficulty === null ? 'link' : 'technique', difficulty: difficulty ?? 0, evidence },
    properties: {},
    claims: ['test/all'],
  };
}

/** A random node by number; the first is the Internet, the next one a cluster. */
export function randomNode(random: Random, number: number): GraphNode {
  const cluster = random.pick(clusters);
  if (number === 0) return graphNode('v0', 'Internet', cluster, null);
  if (number === 1) return graphNode('v1', 'Cluster', cluster, null);
  return graphNode(`v${number}`, random.pick(kinds), cluster, random.pick(namespaces));
}

/** Few difficulties, so that many paths cost the same; links both ways, so that cycles cost nothing. */
export function randomEdge(random: Random, nodes: number): GraphEdge {
  const item = () => ({ object: `ref/v${random.integer(nodes)}`, field: 'spec' });
  const evidence = random.chance(0.4)
    ? []
    : Array.from({ length: 1 + random.integer(2) }, () => Array.from({ length: 1 + random.integer(2) }, item));
  return graphEdge(
    random.pick(['EXPOSE_A', 'B', 'C']),
    `v${random.integer(nodes)}`,
    `v${random.integer(nodes)}`,
    random.chance(0.4) ? null : random.pick([0, 1, 1, 2, 9]),
    evidence,
  );
}

export function randomGraph(random: Random): SmallGraph {
  const size = 4 + random.integer(5);
  const nodes = Array.from({ length: size }, (_, number) => {
    const node = randomNode(random, number);
    return { cluster: node.cluster ?? random.pick(clusters), node };
  });
  // A shared node may have a second claim; some ends are never seen.
  const shared = nodes.filter(({ node }) => node.cluster === null && random.chance(0.5));
  const claims = shared.map(({ node }) => ({ cluster: random.pick(clusters), node }));
  const known = new Map<string, { cluster: string; edge: GraphEdge }>();
  for (let count = size + random.integer(size * 5); count > 0; count--) {
    const edge = randomEdge(random, random.chance(0.05) ? size + 1 : size);
    known.set(edge.id, { cluster: random.pick(clusters), edge });
  }
  // Some edges are stated by both partitions.
  for (const { cluster, edge } of random.sample([...known.values()], 2)) {
    known.set(`again ${edge.id}`, { cluster: cluster === clusters[0] ? clusters[1] : clusters[0], edge });
  }
  return { nodes: [...nodes, ...claims], edges: [...known.values()] };
}

/** Everything visible, nearly every edge there, and nearly all of them alike: many paths differ by the ids of edges alone. */
export function crowdedGraph(random: Random): SmallGraph {
  const cluster = clusters[0];
  const ids = Array.from({ length: 5 + random.integer(3) }, (_, number) => `v${number}`);
  const nodes = ids.map((id) => ({ cluster, node: graphNode(id, 'Pod', cluster, null) }));
  const edges = ids.flatMap((from) =>
    ids
      .filter((to) => to !== from && random.chance(0.6))
      .map((to) => graphEdge(random.pick(['A', 'B', 'C']), from, to, random.pick([null, 1, 1, 1, 2, 5]))),
  );
  return { nodes, edges: edges.map((edge) => ({ cluster, edge })) };
}

export function randomScope(random: Random): Scope {
  if (random.chance(0.6)) return { tenant, clusters: 'all' };
  const grants: Record<string, ClusterGrant> = {};
  for (const cluster of clusters) {
    if (random.chance(0.2)) continue;
    grants[cluster] = random.chance(0.6) ? 'all' : random.sample(['n1', 'n2'], 2);
  }
  return { tenant, clusters: grants };
}

export function randomEndpoint(random: Random, graph: SmallGraph): Endpoint {
  const ids = graph.nodes.map(({ node }) => node.id);
  if (random.chance(0.7)) return { ids: [random.pick(ids), ...random.sample([...ids, 'unknown'], 2)] };
  if (random.chance(0.5)) return { kinds: random.sample([...kinds, 'Internet', 'Cluster'], 3) };
  return { set: random.pick(['INTERNET', 'CLUSTER_ADMIN', 'EXPOSED_PODS']) };
}

export function randomWithout(random: Random, graph: SmallGraph): readonly Without[] {
  if (random.chance(0.5)) return [];
  const nodes = random.sample(graph.nodes, 3).map(({ node }) => ({ node: node.id }));
  const edges = random.sample(graph.edges, 2).map(({ edge }) => ({ edge: edge.id }));
  return [...nodes, ...edges, { node: 'unknown' }, { edge: 'unknown' }];
}
