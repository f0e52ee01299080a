import { type AttackFacts, type Delta, type GraphEdge, type GraphNode, maxDeltaChanges } from '../model/graph.ts';
import { isNodeKind, nodeKind } from '../model/kinds.ts';
import type { PropertyDefinition } from '../model/property.ts';
import { type RelationshipDefinition, relationships } from '../model/relationships.ts';
import type { LearntEntry } from '../records/port.ts';
import { StoreError } from './errors.ts';

/** The longest string a property may hold, in UTF-16 code units. */
export const maxStringLength = 4 * 1024 * 1024;

const edgeKind = /^[A-Z][A-Z0-9_]*$/;
const edgeProperty = /^[A-Za-z][A-Za-z0-9_]*$/;
const learntKey = /^[\w.-]{1,200}$/;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Refuses a delta that a store could not give back exactly: TOO_LARGE, or INVALID_VALUE naming the node or edge and the
 * property. `cluster` is the partition's, by id.
 */
export function validateDelta(delta: Delta, cluster: string): void {
  const size = delta.nodes.length + delta.edges.length + delta.removedNodes.length + delta.removedEdges.length;
  if (size > maxDeltaChanges) {
    throw new StoreError(
      'TOO_LARGE',
      `A delta of ${size} changes is over ${maxDeltaChanges}: commit it as a run of deltas.`,
    );
  }
  if (!rfc3339.test(delta.at) || Number.isNaN(Date.parse(delta.at))) {
    throw new StoreError(
      'INVALID_VALUE',
      `The delta's time ${quote(delta.at)} is not RFC 3339, as 2026-01-31T12:00:00Z.`,
    );
  }
  for (const node of delta.nodes) validateNode(node, cluster);
  for (const edge of delta.edges) validateEdge(edge);
  distinct('node', delta.nodes, delta.removedNodes);
  distinct('edge', delta.edges, delta.removedEdges);
}

/** Refuses a text that is not Unicode, or too long, with INVALID_VALUE; `place` says what it is. */
export function validateText(value: string, place: string): void {
  refuse(place, '', text(value));
}

/** How many writes there have been of what was learnt of a cluster: a fact of this name. */
export function learntWrites(cluster: string): string {
  return `learnt of ${cluster}`;
}

/** Refuses what was learnt when it could not be given back exactly, and in its order. */
export function validateLearnt(tenant: string, cluster: string, entries: readonly LearntEntry[]): void {
  for (const name of [tenant, cluster]) validateText(name, 'learnt');
  for (const { key, value } of entries) {
    if (!learntKey.test(key)) refuse('learnt', key, `its key must match ${learntKey.source}`);
    if (value !== null) refuse('learnt', key, text(value));
  }
}

/** A delta states a set: whatever order its parts are applied in, the outcome is one. */
function distinct(what: string, stated: readonly { readonly id: string }[], removed: readonly string[]): void {
  const seen = new Set<string>();
  for (const { id } of stated) {
    if (seen.has(id)) throw new StoreError('INVALID_VALUE', `The delta states ${what} ${quote(id)} twice.`);
    seen.add(id);
  }
  for (const id of removed) {
    if (seen.has(id)) throw new StoreError('INVALID_VALUE', `The delta both states and removes ${what} ${quote(id)}.`);
    refuse(what, id, key(id), 'id');
  }
}

function validateNode(node: GraphNode, cluster: string): void {
  const { id } = node;
  refuse('node', id, key(id), 'id');
  if (!isNodeKind(node.kind)) refuse('node', id, `${quote(node.kind)} is no kind of the model`, 'kind');
  const { shared, properties } = nodeKind(node.kind);
  refuse('node', id, identifier(node.ref), 'ref');
  refuse('node', id, text(node.name), 'name');
  if (node.namespace !== null) refuse('node', id, text(node.namespace), 'namespace');
  if (shared && node.cluster !== null)
    refuse('node', id, `clusters share every ${node.kind}: it must be null`, 'cluster');
  if (!shared && node.cluster !== cluster) {
    refuse('node', id, `it must be that of the partition, ${quote(cluster)}`, 'cluster');
  }
  if (node.deletedAt !== null) refuse('node', id, 'a node is removed by removedNodes', 'deletedAt');
  refuse('node', id, strings(node.claims), 'claims');
  for (const [name, value] of Object.entries(node.properties)) {
    const definition = own(properties, name);
    refuse('node', id, definition ? property(value, definition) : `no property of ${node.kind} in the model`, name);
  }
}

function validateEdge(edge: GraphEdge): void {
  const { id, kind, attack } = edge;
  refuse('edge', id, key(id), 'id');
  if (!edgeKind.test(kind)) refuse('edge', id, `it must match ${edgeKind.source}`, 'kind');
  refuse('edge', id, key(edge.from), 'from');
  refuse('edge', id, key(edge.to), 'to');
  refuse('edge', id, strings(edge.claims), 'claims');
  const observed = own<RelationshipDefinition>(relationships, kind);
  for (const [name, value] of Object.entries(edge.properties)) {
    if (!edgeProperty.test(name)) refuse('edge', id, `a name must match ${edgeProperty.source}`, name);
    const definition = observed && own(observed.properties, name);
    if (definition) refuse('edge', id, property(value, definition), name);
    else refuse('edge', id, observed ? `no property of ${kind} in the model` : scalarOrStrings(value), name);
  }
  if (attack !== null) refuse('edge', id, facts(attack), 'attack');
}

/** Below, each says what is wrong with a value, or null: the sentence is made only when it is needed. */
type Problem = string | null;

function refuse(what: string, id: string, problem: Problem, field?: string): void {
  if (problem === null) return;
  const place = [id === '' ? what : `${what} ${quote(id)}`, ...(field === undefined ? [] : [field.slice(0, 200)])];
  throw new StoreError('INVALID_VALUE', `${place.join(': ')}: ${problem}.`);
}

function facts({ class: name, difficulty, evidence }: AttackFacts): Problem {
  if (name !== 'technique' && name !== 'link') return 'its class must be technique or link';
  if (!Number.isInteger(difficulty) || difficulty < 0 || difficulty > 9) {
    return 'its difficulty must be a whole number from 0 to 9';
  }
  return first(evidence, (items) => first(items, ({ object, field }) => text(object) ?? text(field)));
}

function property(value: unknown, { type }: PropertyDefinition): Problem {
  if (value === null || value === undefined) return null;
  if (type === 'json') return json(value);
  if (type === 'strings') return strings(value);
  if (type === 'integer') return integer(value);
  if (type === 'boolean') return typeof value === 'boolean' ? null : 'it must be true or false';
  return text(value);
}

function scalarOrStrings(value: unknown): Problem {
  if (value === null || value === undefined || typeof value === 'boolean') return null;
  if (Array.isArray(value)) return strings(value);
  return typeof value === 'number' ? number(value) : text(value);
}

function json(value: unknown, depth = 0): Problem {
  if (depth > 64) return 'it is nested more than 64 deep';
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return first(value, (entry) => json(entry, depth + 1));
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) {
    return 'it must be made of plain objects, lists, strings, finite numbers, true, false and null';
  }
  return first(Object.entries(value), ([key, entry]) => text(key) ?? json(entry, depth + 1));
}

function strings(value: unknown): Problem {
  return Array.isArray(value) ? first(value, text) : 'it must be a list of strings';
}

function integer(value: unknown): Problem {
  if (Number.isSafeInteger(value)) return null;
  return `${String(value)} is not a whole number between -(2^53 - 1) and 2^53 - 1; keep it as a string`;
}

function number(value: number): Problem {
  if (!Number.isFinite(value)) return `${value} is not a finite number`;
  return Number.isInteger(value) ? integer(value) : null;
}

function text(value: unknown): Problem {
  if (typeof value !== 'string') return 'it must be a string';
  if (value.length > maxStringLength) return `a string of ${value.length} is over ${maxStringLength} long`;
  return value.isWellFormed() ? null : 'it holds half of a surrogate pair, which is no Unicode text';
}

/** What ids are made of compares alike in every store, by code point and by UTF-16 unit. */
function key(value: unknown): Problem {
  return typeof value === 'string' && /^[ -~]+$/.test(value) ? text(value) : 'it must be of printable ASCII';
}

function identifier(value: unknown): Problem {
  return value === '' ? 'it must not be empty' : text(value);
}

function first<T>(list: readonly T[], problemOf: (entry: T) => Problem): Problem {
  for (const entry of list) {
    const problem = problemOf(entry);
    if (problem !== null) return problem;
  }
  return null;
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A value as a message may show it: quoted, and not endless. */
function quote(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 200));
}
