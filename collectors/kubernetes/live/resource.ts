import type { ObjectKind } from '../kind.ts';
import { tableReader, tableType } from './table.ts';

/** Where a version of a kind is served, across namespaces. */
export function resourcePath({ group, resource }: ObjectKind, version: string): string {
  return group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
}

/** In which form a kind is asked for, and how the objects are had from a list and from the object of a watch event. */
export function formOf({ asTable }: ObjectKind) {
  if (!asTable) {
    return { accept: undefined, query: {}, items: (body: unknown) => itemsOf(body), object: (body: unknown) => body };
  }
  const rows = tableReader();
  return {
    accept: tableType,
    query: { includeObject: 'Metadata' },
    items: rows,
    object: (body: unknown) => rows(body)[0],
  };
}

function itemsOf(body: unknown): readonly unknown[] {
  const { items } = (body ?? {}) as { readonly items?: unknown };
  // Go writes an empty list as null.
  return Array.isArray(items) ? items : [];
}
