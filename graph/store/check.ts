import { isNodeKind, type NodeKind } from '../model/kinds.ts';
import { StoreError } from './errors.ts';
import { allKinds, type Field, fieldOf, neighbourKinds, shownKinds } from './field.ts';
import type { Direction, Filter, Order, PageRequest, Scalar } from './filter.ts';
import type { Shape } from './port.ts';

/** How deep filters nest, how many terms and values one may hold, and how far it follows relationships. */
export const filterLimits = { depth: 16, terms: 256, values: 1_000, relationships: 2 } as const;

export const maxPage = 1_000;
/** The most ids one batch may ask for. */
export const maxBatch = 10_000;

/** Refuses a filter that does not fit the model or is too large, with INVALID_FILTER. Stores compile only what has passed. */
export function checkFilter(kinds: readonly NodeKind[], filter: Filter): void {
  const used = { terms: 0, values: 0 };
  check(kinds, filter, 1, 0);

  function check(kinds: readonly NodeKind[], filter: Filter, depth: number, hops: number): void {
    if (depth > filterLimits.depth) throw invalid(`Filters nest at most ${filterLimits.depth} deep.`);
    if (++used.terms > filterLimits.terms) throw invalid(`A filter has at most ${filterLimits.terms} terms.`);
    if (filter === null || typeof filter !== 'object') throw invalid('A filter must be an object.');
    if ('and' in filter) for (const part of filter.and) check(kinds, part, depth + 1, hops);
    else if ('or' in filter) for (const part of filter.or) check(kinds, part, depth + 1, hops);
    else if ('not' in filter) check(kinds, filter.not, depth + 1, hops);
    else if ('relationship' in filter) {
      if (hops === filterLimits.relationships) {
        throw invalid(`A filter follows relationships at most ${filterLimits.relationships} deep.`);
      }
      checkRelationship(filter.relationship);
      if (filter.direction !== 'out' && filter.direction !== 'in') throw invalid('A direction is out or in.');
      if (!filter.some && !filter.none) throw invalid(`The filter over ${filter.relationship} needs some or none.`);
      const neighbours = neighbourKinds(filter.relationship, filter.direction);
      if (filter.some) check(neighbours, filter.some, depth + 1, hops + 1);
      if (filter.none) check(neighbours, filter.none, depth + 1, hops + 1);
    } else if ('field' in filter) leaf(fieldOf(kinds, filter.field), filter);
    else throw invalid('A filter is one of and, or, not, field, relationship.');
  }

  function leaf(field: Field, filter: Extract<Filter, { readonly field: string }>): void {
    if ('in' in filter) {
      used.values += filter.in.length;
      if (used.values > filterLimits.values) throw invalid(`A filter holds at most ${filterLimits.values} values.`);
      for (const value of filter.in) checkValue(field, value);
    } else if ('contains' in filter) {
      if (field.type !== 'string' && field.type !== 'strings') throw invalid(`${field.name} is no text to search in.`);
      checkValue(field, filter.contains);
    } else if ('range' in filter) {
      if (field.type === 'boolean') throw invalid(`${field.name} has no range: it is true or false.`);
      const { from, to } = filter.range;
      if (from !== undefined) checkValue(field, from);
      if (to !== undefined) checkValue(field, to);
    } else if (!('isNull' in filter) || typeof filter.isNull !== 'boolean') {
      throw invalid(`The filter on ${field.name} needs one of in, contains, range, isNull.`);
    }
  }
}

function checkValue({ name, type }: Field, value: Scalar): void {
  const wanted = type === 'integer' ? 'number' : type === 'boolean' ? 'boolean' : 'string';
  if (typeof value !== wanted)
    throw invalid(`${name} is compared with a ${wanted}, not with ${JSON.stringify(value)}.`);
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalid(`${name} is compared with finite numbers.`);
  if (typeof value === 'string' && !value.isWellFormed())
    throw invalid(`A text for ${name} is not well-formed Unicode.`);
}

/** The field an order names; lists have no order. */
export function orderField(kinds: readonly NodeKind[], order: Order): Field {
  const field = fieldOf(kinds, order.field);
  if (field.type === 'strings') throw invalid(`${field.name} is a list: it has no order.`);
  return field;
}

export function checkRelationship(relationship: string): void {
  if (typeof relationship !== 'string' || !/^[A-Z][A-Z0-9_]*$/.test(relationship)) {
    throw invalid(`${JSON.stringify(relationship)} is no name of a relationship, such as RUNS_ON.`);
  }
}

export function checkKinds(kinds: readonly NodeKind[]): void {
  for (const kind of kinds) {
    if (!isNodeKind(kind)) throw invalid(`${JSON.stringify(kind)} is no kind of node.`);
  }
}

/** What a query over neighbours is about: the kinds it wants, and those whose fields its filter and order may name. */
export function checkNeighbours(
  relationships: readonly string[],
  direction: Direction,
  kinds: readonly NodeKind[],
  filter: Filter,
): { readonly wanted: readonly NodeKind[]; readonly known: readonly NodeKind[] } {
  checkKinds(kinds);
  for (const relationship of relationships) checkRelationship(relationship);
  const wanted = kinds.length === 0 ? shownKinds : [...new Set(kinds)];
  const possible = kinds.length > 0 ? wanted : relationships.flatMap((name) => neighbourKinds(name, direction));
  const known = possible.length === 0 ? allKinds : [...new Set(possible)];
  checkFilter(known, filter);
  return { wanted, known };
}

/** The most facets one answer holds. */
export const maxFacets = 10_000;
const maxFacetFields = 4;

export function checkFacets(by: readonly string[]): void {
  if (by.length < 1 || by.length > maxFacetFields) {
    throw invalid(`Facets are by 1 to ${maxFacetFields} fields, not ${by.length}.`);
  }
}

export function tooManyFacets(): StoreError {
  return new StoreError('TOO_LARGE', `There are over ${maxFacets} facets: filter more, or ask by fewer fields.`);
}

export function checkPage({ first }: PageRequest): void {
  if (!Number.isInteger(first) || first < 1 || first > maxPage) {
    throw invalid(`A page holds 1 to ${maxPage} items, not ${first}.`);
  }
}

/** How many levels and branches a shape has, and how many nodes it can ask for beneath one. */
export const shapeLimits = { depth: 8, branches: 32, nodes: 10_000 } as const;

export function checkShape(shape: Shape): void {
  const { depth, branches, nodes } = measureShape(shape);
  if (depth > shapeLimits.depth) throw tooLarge(`Shapes have at most ${shapeLimits.depth} levels.`);
  if (branches > shapeLimits.branches) throw tooLarge(`A shape has at most ${shapeLimits.branches} branches.`);
  if (nodes > shapeLimits.nodes) throw tooLarge(`A shape asks for at most ${shapeLimits.nodes} nodes beneath one.`);
}

/** The levels and branches of a shape, and the most nodes that it can ask for beneath one. */
export function measureShape(shape: Shape): { readonly [K in keyof typeof shapeLimits]: number } {
  let depth = 0;
  let branches = 0;
  let nodes = 0;
  for (const branch of shape.branches) {
    const below = 'shape' in branch ? measureShape(branch.shape) : { depth: 0, branches: 0, nodes: 0 };
    depth = Math.max(depth, below.depth + 1);
    branches += below.branches + 1;
    const most = 'page' in branch ? branch.page.page.first : 'one' in branch ? 1 : 0;
    nodes += most * (1 + below.nodes);
  }
  return { depth, branches, nodes };
}

export function checkBatch(ids: readonly string[]): void {
  if (ids.length > maxBatch) {
    throw new StoreError('TOO_LARGE', `${ids.length} ids in one batch are over ${maxBatch}: ask in several.`);
  }
}

function tooLarge(message: string): StoreError {
  return new StoreError('TOO_LARGE', message);
}

function invalid(message: string): StoreError {
  return new StoreError('INVALID_FILTER', message);
}
