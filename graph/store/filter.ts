/** Typed filters over nodes. Names of properties are checked against the model before they reach a store. */

export type Scalar = string | number | boolean;

/** Fields every node has, beside the properties of its kind. */
export type NodeField = 'id' | 'kind' | 'ref' | 'cluster' | 'namespace' | 'name';

export type Direction = 'out' | 'in';

export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter }
  /** The value is one of these; for a list property, the list holds one of these. */
  | { readonly field: string; readonly in: readonly Scalar[] }
  /** The text holds this text, code point by code point; for a list property, one entry does. */
  | { readonly field: string; readonly contains: string }
  /** Bounds are inclusive; text by code point. */
  | { readonly field: string; readonly range: { readonly from?: string | number; readonly to?: string | number } }
  | { readonly field: string; readonly isNull: boolean }
  /** Some, or none, of the neighbours by this relationship match. Visible neighbours only. May nest once. */
  | {
      readonly relationship: string;
      readonly direction: Direction;
      readonly some?: Filter;
      readonly none?: Filter;
    };

/** Matches everything. */
export const everything: Filter = { and: [] };

/** Whether so few nodes match that they are better found by their names, then sorted, than in order, then tested. */
export function isSelective(filter: Filter): boolean {
  if ('and' in filter) return filter.and.some(isSelective);
  return 'in' in filter && ['id', 'name', 'ref'].includes(filter.field);
}

export interface Order {
  readonly field: string;
  readonly descending?: boolean;
}

/** The order of a list that asks for none: by readable name. */
export const byName: Order = { field: 'ref' };

/** Keyset pages: `after` is the cursor of the last item of the page before. */
export interface PageRequest {
  /** 1 to 1,000. */
  readonly first: number;
  readonly after?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly { readonly cursor: string; readonly item: T }[];
  readonly hasNextPage: boolean;
}
