import { nodeKind } from '../graph/model/kinds.ts';
import type { PropertyDefinition, PropertyTable, PropertyType } from '../graph/model/property.ts';
import type { NodeField } from '../graph/store/filter.ts';
import { listTypes } from './lists.ts';
import { constantCase } from './names.ts';

/** What every node has, by the words that describe it in filters and orders. */
export const nodeFields = {
  id: 'Its id.',
  name: 'Its own name.',
  ref: 'Its readable name.',
  namespace: 'The name of its namespace.',
} as const satisfies Partial<Record<NodeField, string>>;

/** The properties that every kind behind a list type has. */
export function listProperties(type: string): PropertyTable {
  const [first, ...others] = (listTypes[type] ?? []).map((kind) => nodeKind(kind).properties);
  const shared = Object.entries(first ?? {}).filter(([name]) => others.every((other) => Object.hasOwn(other, name)));
  return Object.fromEntries(shared);
}

/** The filter input for a property; undefined for one that cannot be filtered by. */
export function filterInput(property: PropertyDefinition): string | undefined {
  return filterInputs[property.type];
}

const filterInputs: Readonly<Record<PropertyType, string | undefined>> = {
  string: 'StringFilter',
  integer: 'IntFilter',
  boolean: 'BooleanFilter',
  time: 'DateTimeFilter',
  strings: 'StringListFilter',
  json: undefined,
};

/** What a list of this type can be ordered by: the values of its OrderField enum, each with its field and description. */
export function orderFields(
  type: string,
): ReadonlyMap<string, { readonly field: string; readonly description: string }> {
  const single = Object.entries(listProperties(type)).filter(([, { type }]) => type !== 'strings' && type !== 'json');
  const described = [...Object.entries(nodeFields), ...single.map(([name, p]) => [name, p.description] as const)];
  return new Map(described.map(([field, description]) => [constantCase(field), { field, description }]));
}
