import type { Delta, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { edgeId, nodeId, sharedNodeId } from '../../graph/model/id.ts';
import { type NodeKind, type NodeProperties, nodeKind } from '../../graph/model/kinds.ts';
import type { PropertyDefinition } from '../../graph/model/property.ts';
import type { Scope } from '../../graph/model/scope.ts';
import { StoreError } from '../../graph/store/errors.ts';
import { fieldOf, neighbourKinds, shownKinds } from '../../graph/store/field.ts';
import type { Filter, Order, Scalar } from '../../graph/store/filter.ts';
import type { Random } from '../property/random.ts';

/** Random graphs, scopes and filters: small, so that things meet, and over text that tells bytes from code points. */

export const clusters = ['alpha', 'beta', 'gamma'] as const;
const namespaces = ['', 'default', 'kube-system', 'naïve'] as const;
const words = [
  '',
  'a',
  'B',
  'ab',
  'é',
  'e\u0301',
  '\uffff',
  '😀',
  '\0',
  'a\0b',
  "'",
  '"',
  '%',
  '_',
  '\\',
  'Running',
] as const;
const kinds = ['Pod', 'Pod', 'Node', 'Service', 'Container', 'Role', 'Cluster', 'TargetSet', 'Internet'] as const;
const relationshipKinds = ['RUNS_ON', 'SELECTS', 'HAS_CONTAINER', 'CAN_REACH'] as const;

export function randomNode(random: Random, cluster: string): GraphNode {
  const kind = random.pick(kinds);
  const { shared, properties } = nodeKind(kind);
  const key = random.integer(6);
  const name = shared ? `${key}` : random.pick(words);
  return {
    id: shared ? sharedNodeId(kind, `${key}`) : nodeId(kind, cluster, `${key}`),
    kind,
    ref: `${kind}/${name}`,
    cluster: shared ? null : cluster,
    namespace: random.chance(0.7) ? random.pick(namespaces) : null,
    name,
    properties: Object.fromEntries(
      Object.entries(properties)
        .filter(() => random.chance(0.5))
        .map(([property, definition]) => [property, randomValue(random, definition)]),
    ) as NodeProperties,
    claims: [`${cluster}/Manifest`, `${cluster}/${kind}`].slice(random.integer(2)).sort(),
    deletedAt: null,
  };
}

function randomValue(random: Random, { type }: PropertyDefinition): unknown {
  if (random.chance(0.1)) return null;
  if (type === 'integer') return random.pick([-1, 0, 1, 2, Number.MAX_SAFE_INTEGER]);
  if (type === 'boolean') return random.chance(0.5);
  if (type === 'strings') return random.sample(words, 3);
  if (type === 'json') return [{ verbs: [random.pick(words)], resources: [], apiGroups: [''], resourceNames: [] }];
  return random.pick(words);
}

function randomEdge(random: Random, cluster: string): GraphEdge {
  // The other end may lie in another cluster, be dead, or never have been.
  const from = randomNode(random, cluster).id;
  const to = randomNode(random, random.chance(0.8) ? cluster : random.pick(clusters)).id;
  const kind = random.pick(relationshipKinds);
  const attack = kind === 'CAN_REACH';
  return {
    id: edgeId(from, kind, to),
    kind,
    from,
    to,
    attack: attack
      ? {
          class: 'technique',
          difficulty: random.integer(10),
          evidence: [[{ object: cluster, field: random.pick(words) }]],
        }
      : null,
    properties: attack ? { port: random.pick(words), count: random.integer(9), weight: 0.5, open: null } : {},
    claims: [`${cluster}/edges`],
  };
}

/** A delta of a partition, made `second` seconds into the history. */
export function randomDelta(random: Random, cluster: string, second: number, size = 12): Delta {
  const distinct = <T extends { readonly id: string }>(list: readonly T[]): T[] => [
    ...new Map(list.map((item) => [item.id, item])).values(),
  ];
  const times = <T>(make: () => T): T[] => Array.from({ length: random.integer(size) }, make);
  const nodes = distinct(times(() => randomNode(random, cluster)));
  const edges = distinct(times(() => randomEdge(random, cluster)));
  const except = (ids: readonly string[], stated: readonly { readonly id: string }[]) => [
    ...new Set(ids.filter((id) => random.chance(0.3) && !stated.some((item) => item.id === id))),
  ];
  return {
    at: new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString(),
    nodes,
    edges,
    removedNodes: except(
      times(() => randomNode(random, cluster).id),
      nodes,
    ),
    removedEdges: except(
      times(() => randomEdge(random, cluster).id),
      edges,
    ),
  };
}

export function randomScope(random: Random, tenant: string): Scope {
  if (random.chance(0.2)) return { tenant, clusters: 'all' };
  const granted = random.sample([...clusters, 'unknown'], 3);
  return {
    tenant,
    clusters: Object.fromEntries(
      granted.map((cluster) => [cluster, random.chance(0.4) ? ('all' as const) : random.sample(namespaces, 3)]),
    ),
  };
}

export function randomKinds(random: Random): readonly NodeKind[] {
  return random.chance(0.3) ? [] : random.sample(kinds, 3);
}

/** Fields that nodes of these kinds have, of the types given. */
export function fieldsOf(asked: readonly NodeKind[], types: readonly string[]): readonly string[] {
  const known = asked.length === 0 ? shownKinds : asked;
  const properties = known.flatMap((kind) => Object.keys(nodeKind(kind).properties));
  return ['id', 'kind', 'ref', 'cluster', 'namespace', 'name', ...new Set(properties)].filter((name) => {
    try {
      return types.includes(fieldOf(known, name).type);
    } catch (error) {
      if (error instanceof StoreError) return false; // structured, or of one type here and of another there
      throw error;
    }
  });
}

export function randomOrder(random: Random, asked: readonly NodeKind[]): Order {
  const field = random.pick(fieldsOf(asked, ['string', 'integer', 'boolean']));
  return { field, descending: random.chance(0.5) };
}

export function randomFilter(random: Random, asked: readonly NodeKind[], depth = 3, hops = 2): Filter {
  const known = asked.length === 0 ? shownKinds : asked;
  const parts = () => Array.from({ length: random.integer(4) }, () => randomFilter(random, known, depth - 1, hops));
  const choice = random.integer(depth === 0 ? 5 : 10);
  if (choice === 9) return { and: parts() };
  if (choice === 8) return { or: parts() };
  if (choice === 7) return { not: randomFilter(random, known, depth - 1, hops) };
  if (choice >= 5 && hops > 0) {
    const relationship = random.pick(relationshipKinds);
    const direction = random.pick(['in', 'out'] as const);
    const inner = () => randomFilter(random, neighbourKinds(relationship, direction), depth - 1, hops - 1);
    const which = random.integer(3);
    return {
      relationship,
      direction,
      ...(which !== 0 && { some: inner() }),
      ...(which !== 1 && { none: inner() }),
    };
  }
  return randomLeaf(random, known);
}

function randomLeaf(random: Random, known: readonly NodeKind[]): Filter {
  const field = random.pick(fieldsOf(known, ['string', 'integer', 'boolean', 'strings']));
  const { type } = fieldOf(known, field);
  const value = (): Scalar =>
    type === 'integer'
      ? random.pick([-1, 0, 1, 2, Number.MAX_SAFE_INTEGER])
      : type === 'boolean'
        ? random.chance(0.5)
        : text();
  const text = (): string =>
    field === 'kind'
      ? random.pick(kinds)
      : field === 'cluster'
        ? random.pick(clusters)
        : field === 'ref'
          ? `${random.pick(kinds)}/${random.pick(words)}`
          : field === 'namespace'
            ? random.pick(namespaces)
            : random.pick(words);
  const choice = random.integer(4);
  if (choice === 0) return { field, isNull: random.chance(0.5) };
  if (choice === 1 && type !== 'boolean') {
    const bound = value as () => string | number;
    return {
      field,
      range: { ...(random.chance(0.7) && { from: bound() }), ...(random.chance(0.7) && { to: bound() }) },
    };
  }
  if (choice === 2 && (type === 'string' || type === 'strings')) return { field, contains: text() };
  return { field, in: Array.from({ length: random.integer(4) }, value) };
}
