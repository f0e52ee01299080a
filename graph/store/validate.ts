import { type Delta, type GraphEdge, type GraphNode, maxDeltaChanges } from '../model/graph.ts';
import { isNodeKind, nodeKind } from '../model/kinds.ts';
import type { PropertyDefinition } from '../model/property.ts';
import { type RelationshipDefinition, relationships } from '../model/relationships.ts';
import { StoreError } from './errors.ts';

/** The longest string a property may hold, in UTF-16 code units. */
export const maxStringLength = 4 * 1024 * 1024;

const edgeKind = /^[A-Z][A-Z0-9_]*$/;
const edgeProperty = /^[A-Za-z][A-Za-z0-9_]*$/;
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
  text(value, place);
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
    text(id, `an id of a removed ${what}`);
  }
}

function validateNode(node: GraphNode, cluster: string): void {
  const place = `node ${quote(node.id)}`;
  identifier(node.id, `${place}: id`);
  if (!isNodeKind(node.kind)) throw invalid(`${place}: kind`, `${quote(node.kind)} is no kind of the model`);
  const { shared, properties } = nodeKind(node.kind);
  identifier(node.ref, `${place}: ref`);
  text(node.name, `${place}: name`);
  if (node.namespace !== null) text(node.namespace, `${place}: namespace`);
  if (shared && node.cluster !== null) {
    throw invalid(`${place}: cluster`, `clusters share every ${node.kind}: it must be null`);
  }
  if (!shared && node.cluster !== cluster) {
    throw invalid(`${place}: cluster`, `it must be that of the partition, ${quote(cluster)}`);
  }
  if (node.deletedAt !== null) throw invalid(`${place}: deletedAt`, 'a node is removed by removedNodes');
  strings(node.claims, `${place}: claims`);
  for (const [name, value] of Object.entries(node.properties)) {
    const definition = own(properties, name);
    if (definition === undefined) throw invalid(`${place}: ${name}`, `no property of ${node.kind} in the model`);
    property(value, definition, `${place}: ${name}`);
  }
}

function validateEdge(edge: GraphEdge): void {
  const place = `edge ${quote(edge.id)}`;
  identifier(edge.id, `${place}: id`);
  if (!edgeKind.test(edge.kind)) throw invalid(`${place}: kind`, `it must match ${edgeKind.source}`);
  identifier(edge.from, `${place}: from`);
  identifier(edge.to, `${place}: to`);
  strings(edge.claims, `${place}: claims`);
  const observed = own(relationships as Readonly<Record<string, RelationshipDefinition>>, edge.kind);
  for (const [name, value] of Object.entries(edge.properties)) {
    const definition = observed && own(observed.properties, name);
    if (observed && !definition) throw invalid(`${place}: ${name}`, `no property of ${edge.kind} in the model`);
    if (!edgeProperty.test(name)) throw invalid(`${place}: ${quote(name)}`, `a name must match ${edgeProperty.source}`);
    if (definition) property(value, definition, `${place}: ${name}`);
    else scalarOrStrings(value, `${place}: ${name}`);
  }
  if (edge.attack === null) return;
  const { difficulty, evidence } = edge.attack;
  if (edge.attack.class !== 'technique' && edge.attack.class !== 'link') {
    throw invalid(`${place}: attack.class`, 'it must be technique or link');
  }
  if (!Number.isInteger(difficulty) || difficulty < 0 || difficulty > 9) {
    throw invalid(`${place}: attack.difficulty`, 'it must be a whole number from 0 to 9');
  }
  for (const { object, field } of evidence.flat()) {
    text(object, `${place}: attack.evidence object`);
    text(field, `${place}: attack.evidence field`);
  }
}

function property(value: unknown, { type }: PropertyDefinition, place: string): void {
  if (value === null || value === undefined) return;
  if (type === 'json') json(value, place);
  else if (type === 'strings') strings(value, place);
  else if (type === 'integer') integer(value, place);
  else if (type !== 'boolean') text(value, place);
  else if (typeof value !== 'boolean') throw invalid(place, 'it must be true or false');
}

function scalarOrStrings(value: unknown, place: string): void {
  if (value === null || value === undefined || typeof value === 'boolean') return;
  if (Array.isArray(value)) strings(value, place);
  else if (typeof value === 'number') number(value, place);
  else text(value, place);
}

function json(value: unknown, place: string, depth = 0): void {
  if (depth > 64) throw invalid(place, 'it is nested more than 64 deep');
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') text(value, place);
  else if (typeof value === 'number') number(value, place);
  else if (Array.isArray(value)) for (const entry of value) json(entry, place, depth + 1);
  else if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) {
    throw invalid(place, 'it must be made of plain objects, lists, strings, finite numbers, true, false and null');
  } else {
    for (const [key, entry] of Object.entries(value)) {
      text(key, `${place}: a key`);
      json(entry, `${place}.${key}`, depth + 1);
    }
  }
}

function strings(value: unknown, place: string): void {
  if (!Array.isArray(value)) throw invalid(place, 'it must be a list of strings');
  for (const entry of value) text(entry, place);
}

function integer(value: unknown, place: string): void {
  if (!Number.isSafeInteger(value)) {
    throw invalid(
      place,
      `${String(value)} is not a whole number between -(2^53 - 1) and 2^53 - 1; keep it as a string`,
    );
  }
}

function number(value: number, place: string): void {
  if (!Number.isFinite(value)) throw invalid(place, `${value} is not a finite number`);
  if (Number.isInteger(value)) integer(value, place);
}

function text(value: unknown, place: string): void {
  if (typeof value !== 'string') throw invalid(place, 'it must be a string');
  if (value.length > maxStringLength)
    throw invalid(place, `a string of ${value.length} is over ${maxStringLength} long`);
  if (!value.isWellFormed()) throw invalid(place, 'it holds half of a surrogate pair, which is no Unicode text');
}

function identifier(value: unknown, place: string): void {
  text(value, place);
  if (value === '') throw invalid(place, 'it must not be empty');
}

function invalid(place: string, message: string): StoreError {
  return new StoreError('INVALID_VALUE', `${place}: ${message}.`);
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A value as a message may show it: quoted, and not endless. */
function quote(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 200));
}
