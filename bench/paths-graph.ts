import type { EdgeState } from '../graph/paths/edges.ts';
import type { NodeState } from '../graph/paths/nodes.ts';
import type { Random } from '../test/property/random.ts';

export type GeneratedEdge = EdgeState & { readonly attack: NonNullable<EdgeState['attack']> };

export interface GeneratedGraph {
  readonly nodes: readonly NodeState[];
  readonly edges: readonly GeneratedEdge[];
}

const regions = 20;
const entries = 2000;
const targets = 20;
/** Edges into the targets come only from these many gates. */
const gates = 100;

/**
 * A graph in the manner of a fleet: regions that are dense within and sparse between, a few hubs, an Internet that enters
 * at 2,000 pods, 20 Cluster nodes behind 100 gates, one edge of ten a link, the rest of difficulty 1 to 9.
 */
export function generateGraph(random: Random, nodeCount: number, edgeCount: number): GeneratedGraph {
  const inner = nodeCount - targets - 1;
  const region = Math.ceil(inner / regions);
  const name = (number: number): string => `n${number}`;
  const nodes: NodeState[] = [{ id: 'internet', kind: 'Internet', ref: 'Internet', namespace: null }];
  for (let number = 0; number < inner; number++) {
    const kind = random.pick(['Pod', 'ServiceAccount', 'PermissionSet', 'Node', 'Pod'] as const);
    nodes.push({ id: name(number), kind, ref: `${kind}/${number}`, namespace: `n${number % 500}` });
  }
  for (let target = 0; target < targets; target++) {
    nodes.push({ id: `admin${target}`, kind: 'Cluster', ref: `Cluster/${target}`, namespace: null });
  }

  const edges = new Map<string, GeneratedEdge>();
  const add = (from: string, to: string, difficulty: number | null): void => {
    const kind = difficulty === null ? 'LINK' : 'STEP';
    const evidence = [[{ object: `Role/${from}`, field: 'rules[0]' }]];
    const attack = {
      class: difficulty === null ? 'link' : 'technique',
      difficulty: difficulty ?? 0,
      evidence,
    } as const;
    const id = `${kind}.${from}.${to}`;
    edges.set(id, { id, kind, from, to, attack });
  };
  const node = (): number => random.integer(inner);
  const hubs = Array.from({ length: 200 }, node);
  for (let entry = 0; entry < entries; entry++) add('internet', name(node()), 1 + random.integer(3));
  for (let gate = 0; gate < gates; gate++) add(name(node()), `admin${gate % targets}`, 1 + random.integer(9));
  while (edges.size < edgeCount) {
    const from = node();
    const near = Math.min(inner - 1, Math.floor(from / region) * region + random.integer(region));
    const to = random.chance(0.02) ? random.pick(hubs) : random.chance(0.05) ? node() : near;
    const out = random.chance(0.02) ? random.pick(hubs) : from;
    if (out !== to) add(name(out), name(to), random.chance(0.1) ? null : 1 + random.integer(9));
  }
  return { nodes, edges: [...edges.values()] };
}
