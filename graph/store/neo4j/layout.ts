import type { AttackFacts, EdgeProperties, Evidence, GraphEdge, GraphNode } from '../../model/graph.ts';
import { type NodeKind, type NodeProperties, nodeKind } from '../../model/kinds.ts';
import type { PropertyDefinition } from '../../model/property.ts';
import { mayReadClaim, type Scope } from '../../model/scope.ts';
import { isPlain, orderKey } from './order-key.ts';
import { toBolt } from './parameters.ts';

/** Properties of a node or relationship, as they lie in Neo4j. */
export type Stored = Readonly<Record<string, unknown>>;

/** Names that every node or relationship uses for what is not a property of its kind. */
const ownNames: ReadonlySet<string> = new Set([
  ...['tenant', 'id', 'kind', 'ref', 'cluster', 'namespace', 'name', 'claims', 'deletedAt', 'nulls', 'from', 'to'],
  ...['claimClusters', 'claimNamespaces', 'claimExtents', 'claimRemoved'],
  ...['partition', 'attack', 'class', 'difficulty', 'evidence'],
]);

/** The name under which a property lies: its own, with _ after it where that is taken. */
export function storedName(name: string): string {
  return ownNames.has(name.replace(/_+$/, '')) ? `${name}_` : name;
}

function givenName(stored: string): string {
  return stored.endsWith('_') && ownNames.has(stored.replace(/_+$/, '')) ? stored.slice(0, -1) : stored;
}

/** Where the order key of a text lies whose own order is not its key's. The model's names have no double underscore. */
export function keyName(stored: string): string {
  return `${stored}__order`;
}

/** Where the beginning of the order key of a name lies, which an index takes: at most 8 kB are in a key of Neo4j's. */
export function shortKey(field: 'name' | 'ref'): string {
  return `${field}__key`;
}

/** How long short keys are at most. */
export const shortKeyLength = 256;

/** Texts in order have short keys in order, and equal texts have equal ones. */
export function shortKeyOf(text: string): string {
  return orderKey(text).slice(0, shortKeyLength);
}

/** The claims on a shared node are lists side by side: Neo4j keeps no list of maps. `place` encodes a namespace, '' for none. */
export const claimPlace = (namespace: string | null): string => (namespace === null ? '' : `:${namespace}`);

/** A node of a partition, as it is to lie; the claims on a shared one are kept by the statement that stores it. */
export function storedNode(tenant: string, node: GraphNode): Stored {
  const { id, kind, ref, cluster, name, properties } = node;
  const { shared, properties: table } = nodeKind(kind);
  const fields = { id, ref, name, cluster, namespace: shared ? null : node.namespace };
  const stored: Record<string, unknown> = { tenant, kind, ...(shared ? {} : { claims: node.claims }) };
  for (const [field, value] of Object.entries(fields)) put(stored, field, value);
  for (const [field, text] of [
    ['name', name],
    ['ref', ref],
  ] as const)
    stored[shortKey(field)] = shortKeyOf(text);
  putAll(stored, properties, (name) => table[name]?.type);
  return stored;
}

export function storedEdge(tenant: string, partition: string, edge: GraphEdge): Stored {
  const stored: Record<string, unknown> = { tenant, partition, id: edge.id, claims: edge.claims };
  if (edge.attack !== null) {
    stored.attack = true;
    stored.class = edge.attack.class;
    stored.difficulty = toBolt(edge.attack.difficulty);
    stored.evidence = JSON.stringify(edge.attack.evidence);
  }
  putAll(stored, edge.properties, () => undefined, false);
  return stored;
}

function putAll(
  stored: Record<string, unknown>,
  properties: Readonly<Record<string, unknown>>,
  typeOf: (name: string) => PropertyDefinition['type'] | undefined,
  ordered = true,
): void {
  const nulls: string[] = [];
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (value === null) nulls.push(name);
    else if (typeOf(name) === 'json') stored[storedName(name)] = JSON.stringify(value);
    else if (ordered) put(stored, storedName(name), value);
    else stored[storedName(name)] = toBolt(value);
  }
  if (nulls.length > 0) stored.nulls = nulls;
}

function put(stored: Record<string, unknown>, name: string, value: unknown): void {
  stored[name] = toBolt(value);
  if (typeof value === 'string' && !isPlain(value)) stored[keyName(name)] = orderKey(value);
  if (Array.isArray(value) && !value.every(isPlain)) stored[keyName(name)] = value.map(orderKey);
}

/** The node as one scope sees it, dead or alive; null for a node outside of it, or of which only edges speak. */
export function toNode(stored: Stored, scope: Scope): GraphNode | null {
  const kind = stored.kind as NodeKind | undefined;
  if (kind === undefined) return null;
  const cluster = (stored.cluster ?? null) as string | null;
  const namespace = (stored.namespace ?? null) as string | null;
  const seen =
    cluster === null ? sharedClaims(stored, kind, scope) : ownClaims(stored, kind, { cluster, namespace }, scope);
  if (seen === null) return null;
  return { ...identity(stored, kind), cluster, namespace, properties: nodeProperties(stored, kind), ...seen };
}

type Seen = Pick<GraphNode, 'claims' | 'deletedAt'>;

function ownClaims(
  stored: Stored,
  kind: NodeKind,
  place: { readonly cluster: string; readonly namespace: string | null },
  scope: Scope,
): Seen | null {
  if (!mayReadClaim(scope, kind, place)) return null;
  return { claims: stored.claims as readonly string[], deletedAt: (stored.deletedAt ?? null) as string | null };
}

/** A claim by one cluster on a node that clusters share. */
interface Claim {
  readonly cluster: string;
  readonly namespace: string | null;
  readonly claims: readonly string[];
  readonly deletedAt: string | null;
}

function claimsOf(stored: Stored): readonly Claim[] {
  const [namespaces, extents, removed] = ['claimNamespaces', 'claimExtents', 'claimRemoved'].map(
    (name) => stored[name] as readonly string[],
  ) as [readonly string[], readonly string[], readonly string[]];
  return (stored.claimClusters as readonly string[]).map((cluster, i) => ({
    cluster,
    namespace: namespaces[i] === '' ? null : (namespaces[i] as string).slice(1),
    claims: JSON.parse(extents[i] as string) as readonly string[],
    deletedAt: removed[i] === '' ? null : (removed[i] as string),
  }));
}

/** A shared node lives while a claim in scope does; what is dead is told only of one that does not. */
function sharedClaims(stored: Stored, kind: NodeKind, scope: Scope): Seen | null {
  const all = claimsOf(stored).filter((claim) => mayReadClaim(scope, kind, claim));
  const living = all.filter(({ deletedAt }) => deletedAt === null);
  const seen = living.length > 0 ? living : all;
  if (seen.length === 0) return null;
  return {
    claims: [...new Set(seen.flatMap(({ claims }) => claims))].sort(),
    deletedAt:
      living.length > 0
        ? null
        : (all
            .map(({ deletedAt }) => deletedAt as string)
            .sort()
            .at(-1) as string),
  };
}

/** The node as each partition of these states it while it lives: what a scan gives. */
export function statedNodes(
  stored: Stored,
  only: string | undefined,
): readonly (readonly [cluster: string, GraphNode])[] {
  const kind = stored.kind as NodeKind;
  const node = { ...identity(stored, kind), properties: nodeProperties(stored, kind), deletedAt: null };
  const cluster = stored.cluster as string | undefined;
  if (cluster !== undefined) {
    const namespace = (stored.namespace ?? null) as string | null;
    return [[cluster, { ...node, cluster, namespace, claims: stored.claims as readonly string[] }]];
  }
  return claimsOf(stored)
    .filter((claim) => claim.deletedAt === null && (only === undefined || claim.cluster === only))
    .map(({ cluster, namespace, claims }) => [cluster, { ...node, cluster: null, namespace, claims }]);
}

function identity(stored: Stored, kind: NodeKind) {
  return { id: stored.id as string, kind, ref: stored.ref as string, name: stored.name as string };
}

function nodeProperties(stored: Stored, kind: NodeKind): NodeProperties {
  const entries: (readonly [string, unknown])[] = nullsOf(stored);
  for (const [name, { type }] of Object.entries(nodeKind(kind).properties)) {
    const value = stored[storedName(name)];
    if (value !== undefined) entries.push([name, type === 'json' ? JSON.parse(value as string) : value]);
  }
  return Object.fromEntries(entries) as NodeProperties;
}

export function toEdge(stored: Stored, kind: string, from: string, to: string): GraphEdge {
  const attack: AttackFacts | null = stored.attack
    ? {
        class: stored.class as AttackFacts['class'],
        difficulty: stored.difficulty as number,
        evidence: JSON.parse(stored.evidence as string) as Evidence,
      }
    : null;
  const properties = Object.entries(stored).filter(([name]) => !ownNames.has(name));
  return {
    id: stored.id as string,
    kind,
    from,
    to,
    attack,
    properties: Object.fromEntries([
      ...nullsOf(stored),
      ...properties.map(([name, value]) => [givenName(name), value] as const),
    ]) as EdgeProperties,
    claims: stored.claims as readonly string[],
  };
}

function nullsOf(stored: Stored): (readonly [string, unknown])[] {
  return ((stored.nulls ?? []) as readonly string[]).map((name) => [name, null] as const);
}

/** The kind of an edge, which its id begins with (see model/id.ts): relationships are indexed by type. Null for another text. */
export function edgeKindOf(id: string): string | null {
  return /^([A-Z][A-Z0-9_]*)\./.exec(id)?.[1] ?? null;
}
