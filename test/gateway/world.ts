import { edges as techniques } from '../../graph/edges/index.ts';
import type { Delta, GraphNode } from '../../graph/model/graph.ts';
import { type NodeKind, nodeKind, nodeKinds } from '../../graph/model/kinds.ts';
import type { PropertyDefinition } from '../../graph/model/property.ts';
import { relationships } from '../../graph/model/relationships.ts';
import type { Random } from '../property/random.ts';
import { type Chart, chart } from './chart.ts';

/** What one cluster of a random world commits: its graph, then the removal of some of it. */
export interface RandomCluster {
  readonly name: string;
  /** The id of the cluster. */
  readonly cluster: string;
  readonly deltas: readonly Delta[];
}

export const worldNamespaces = ['n1', 'n2', 'n3'] as const;
const clusterWide: ReadonlySet<NodeKind> = new Set<NodeKind>(['User', 'Group', 'Node', 'CoverageGap', 'Namespace']);
const drawn = (Object.keys(nodeKinds) as readonly NodeKind[]).filter(
  (kind) => !['Cluster', 'Internet', 'TargetSet'].includes(kind),
);
const words = ['', 'alpha', 'Beta', 'beta', 'a/b', 'naïve', '\u{ffff}x', '\u{1f600}', "it's", '"%_\\'];

/**
 * Clusters with some nodes of every kind, every relationship and every technique between them, also across: not as a
 * cluster is, but so that whatever can meet does.
 */
export function randomWorld(random: Random, names: readonly string[]): readonly RandomCluster[] {
  const charts = names.map((name) => drawNodes(random, name));
  const all = charts.flatMap((drawn) => drawn.delta().nodes);
  for (const drawn of charts) connect(random, drawn, all);
  return charts.map((drawn, index) => {
    const whole = drawn.delta();
    const removedNodes = whole.nodes.filter(({ kind }) => kind !== 'Cluster' && random.chance(0.1)).map(({ id }) => id);
    const removedEdges = whole.edges.filter(() => random.chance(0.05)).map(({ id }) => id);
    const removal = { at: '2026-03-02T12:00:00.000Z', nodes: [], edges: [], removedNodes, removedEdges };
    return { name: names[index] as string, cluster: drawn.cluster, deltas: [whole, removal] };
  });
}

function drawNodes(random: Random, name: string): Chart {
  const place = chart(name);
  for (const kind of drawn) {
    const { shared, properties } = nodeKind(kind);
    for (let number = 2 + random.integer(4); number > 0; number--) {
      const namespace = clusterWide.has(kind) ? null : random.pick([...worldNamespaces, null]);
      // Whoever states a shared node states the same.
      const value = (definition: PropertyDefinition) =>
        shared ? constant(definition, number) : randomValue(random, definition);
      const entries = Object.entries(properties).map(([property, definition]) => [property, value(definition)]);
      const own = shared ? `${number}` : `${random.pick(words)}-${number}`;
      place.node(kind, namespace, own, Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
    }
  }
  for (const namespace of [...worldNamespaces, null]) place.targetSet('Pod', namespace);
  place.internet();
  return place;
}

function randomValue(random: Random, { type }: PropertyDefinition): unknown {
  if (random.chance(0.15)) return random.pick([null, undefined]);
  if (type === 'integer') return random.integer(4) - 1;
  if (type === 'boolean') return random.chance(0.5);
  if (type === 'time') return `2026-01-0${1 + random.integer(5)}T00:00:00Z`;
  if (type === 'strings') return random.sample(words, 3);
  if (type === 'string') return random.pick(words);
  return undefined;
}

function constant({ type }: PropertyDefinition, number: number): unknown {
  return { integer: number, boolean: number % 2 === 0, string: `s${number}`, strings: [`s${number}`] }[type as string];
}

function connect(random: Random, drawn: Chart, all: readonly GraphNode[]): void {
  const own = drawn.delta().nodes;
  const named = own.filter(({ kind }) => !nodeKind(kind).visibleFromNamespaces && !nodeKind(kind).shared);
  const item = () => ({ object: random.pick(named).ref, field: random.pick(['spec', 'rules[0]']) });
  const ofKinds = (nodes: readonly GraphNode[], kinds: readonly NodeKind[]) =>
    nodes.filter(({ kind }) => kinds.includes(kind));
  // Mostly within the cluster. What a shared node leads to is its own, since evidence is read as that cluster's.
  const ends = (from: GraphNode, kinds: readonly NodeKind[]) =>
    ofKinds(from.cluster === null || random.chance(0.85) ? own : all, kinds);
  for (const [kind, { from, to }] of Object.entries(relationships)) {
    for (const node of ofKinds(own, from)) {
      for (const target of random.sample(ends(node, to), 3)) drawn.relationship(kind, node.id, target.id);
    }
  }
  for (const { name, from, to, class: step } of techniques) {
    for (const node of ofKinds(own, from)) {
      // Rights lead to sets; what is shared has none.
      const kinds: readonly NodeKind[] = node.cluster === null ? to : [...to, 'TargetSet'];
      for (const target of random.sample(ends(node, kinds), 3)) {
        const evidence = Array.from({ length: 1 + random.integer(2) }, () => [item(), item()]);
        drawn.step(name, node.id, target.id, step === 'link' ? null : random.integer(4), evidence);
      }
    }
  }
}
