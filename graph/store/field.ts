import { type NodeKind, nodeKind, nodeKinds } from '../model/kinds.ts';
import { type RelationshipDefinition, relationships } from '../model/relationships.ts';
import { StoreError } from './errors.ts';
import type { Direction } from './filter.ts';

export type FieldType = 'string' | 'integer' | 'boolean' | 'strings';

/** A field that filters, orders and facets may name, found in the model's table. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Whether it is a property of the kind, else one of the fields every node has. */
  readonly property: boolean;
}

const nodeFields = ['id', 'kind', 'ref', 'cluster', 'namespace', 'name'] as const;

export const allKinds = Object.keys(nodeKinds) as readonly NodeKind[];
/** What a query that names no kind is about. */
export const shownKinds: readonly NodeKind[] = allKinds.filter((kind) => !nodeKind(kind).hidden);

/** The field by this name on nodes of these kinds; INVALID_FILTER when there is none, saying which there are. */
export function fieldOf(kinds: readonly NodeKind[], name: string): Field {
  if ((nodeFields as readonly string[]).includes(name)) return { name, type: 'string', property: false };
  const types = new Set<FieldType>();
  for (const kind of kinds) {
    const { properties } = nodeKind(kind);
    const definition = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (definition === undefined) continue;
    if (definition.type === 'json') {
      throw new StoreError('INVALID_FILTER', `${name} of ${kind} is structured: it cannot be filtered or ordered by.`);
    }
    types.add(definition.type === 'time' ? 'string' : definition.type);
  }
  const [type, ...others] = types;
  if (type === undefined) throw unknown(kinds, name);
  if (others.length > 0) {
    throw new StoreError('INVALID_FILTER', `${name} is of several types here: ask for one kind at a time.`);
  }
  return { name, type, property: true };
}

/** The kinds that a relationship may lead to; every kind for an attack edge. */
export function neighbourKinds(relationship: string, direction: Direction): readonly NodeKind[] {
  if (!Object.hasOwn(relationships, relationship)) return allKinds;
  const { from, to } = (relationships as Readonly<Record<string, RelationshipDefinition>>)[
    relationship
  ] as RelationshipDefinition;
  return direction === 'out' ? to : from;
}

function unknown(kinds: readonly NodeKind[], name: string): StoreError {
  const fields = new Set<string>(nodeFields);
  for (const kind of kinds) {
    for (const [property, { type }] of Object.entries(nodeKind(kind).properties)) {
      if (type !== 'json') fields.add(property);
    }
  }
  const shown = JSON.stringify(String(name).slice(0, 100));
  return new StoreError('INVALID_FILTER', `There is no field ${shown} here; there are ${[...fields].join(', ')}.`);
}
