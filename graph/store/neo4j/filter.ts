import type { NodeKind } from '../../model/kinds.ts';
import { type Field, fieldOf, neighbourKinds, shownKinds } from '../field.ts';
import type { Filter, Scalar } from '../filter.ts';
import { keyName, shortKey, shortKeyOf, storedName } from './layout.ts';
import { orderKey } from './order-key.ts';
import type { Parameters } from './parameters.ts';
import type { ScopeCypher } from './scope.ts';

/** A field of the node in this variable. Its name is the model's: `fieldOf` found it there. */
export function fieldCypher({ name, property }: Field, node: string): string {
  return `${node}.${property ? storedName(name) : name}`;
}

/** Whether it is one of the texts that an index finds by the short key beside them. */
export function isNamed(field: Field): field is Field & { readonly name: 'name' | 'ref' } {
  return !field.property && (field.name === 'name' || field.name === 'ref');
}

/**
 * Whether there is a value. Not `x IS NOT NULL`: of a property that is tested so, Neo4j 5.26 keeps no more than whether it
 * is there, and later gives `true` for its value, also within properties(n).
 */
export function isPresent(value: string): string {
  return `(coalesce(${value}) IS NOT NULL)`;
}

/** A field, as it is to be compared: by code point. */
export function comparedCypher(field: Field, node: string): string {
  const value = fieldCypher(field, node);
  return field.type === 'string' || field.type === 'strings' ? `coalesce(${keyName(value)}, ${value})` : value;
}

export function comparedValue(value: Scalar): Scalar {
  return typeof value === 'string' ? orderKey(value) : value;
}

/**
 * A condition that is true where the filter, which `checkFilter` has passed, matches the node in this variable. Where it
 * does not match it is false or null, which are alike everywhere but under NOT.
 */
export function filterCypher(
  filter: Filter,
  kinds: readonly NodeKind[],
  node: string,
  scope: ScopeCypher,
  { bind }: Parameters,
): string {
  let variables = 0;
  return compile(filter, kinds, node);

  function compile(filter: Filter, kinds: readonly NodeKind[], node: string): string {
    if ('and' in filter) return joined(filter.and, 'AND', 'true');
    if ('or' in filter) return joined(filter.or, 'OR', 'false');
    if ('not' in filter) return `NOT coalesce(${compile(filter.not, kinds, node)}, false)`;
    if ('relationship' in filter) {
      const parts: string[] = [];
      if (filter.some) parts.push(`EXISTS { ${neighbours(filter, filter.some, node)} }`);
      if (filter.none) parts.push(`NOT EXISTS { ${neighbours(filter, filter.none, node)} }`);
      return `(${parts.join(' AND ')})`;
    }
    const field = fieldOf(kinds, filter.field);
    const value = fieldCypher(field, node);
    if ('isNull' in filter) return filter.isNull ? `NOT ${isPresent(value)}` : isPresent(value);
    // Implied by the rest; it is what an index can be asked.
    const key =
      'in' in filter && isNamed(field)
        ? `${node}.${shortKey(field.name)} IN ${bind(filter.in.map((text) => shortKeyOf(String(text))))} AND `
        : '';
    const test = leaf(filter);
    const tested = 'range' in filter ? comparedCypher(field, node) : value;
    return field.type === 'strings' ? `any(entry IN ${tested} WHERE ${test('entry')})` : `(${key}${test(tested)})`;

    function joined(parts: readonly Filter[], operator: string, empty: string): string {
      if (parts.length === 0) return empty;
      return `(${parts.map((part) => compile(part, kinds, node)).join(` ${operator} `)})`;
    }
  }

  function leaf(filter: Extract<Filter, { readonly field: string }>): (value: string) => string {
    if ('in' in filter) {
      const values = bind(filter.in);
      return (value) => `${value} IN ${values}`;
    }
    if ('contains' in filter) {
      const text = bind(filter.contains);
      return (value) => `${value} CONTAINS ${text}`;
    }
    const { from, to } = 'range' in filter ? filter.range : {};
    const low = from === undefined ? null : bind(comparedValue(from));
    const high = to === undefined ? null : bind(comparedValue(to));
    return (value) =>
      `(${isPresent(value)}${low ? ` AND ${value} >= ${low}` : ''}${high ? ` AND ${value} <= ${high}` : ''})`;
  }

  function neighbours(
    { relationship, direction }: Extract<Filter, { readonly relationship: string }>,
    filter: Filter,
    node: string,
  ): string {
    const edge = `e${++variables}`;
    const other = `n${variables}`;
    const [left, right] = direction === 'out' ? ['-', '->'] : ['<-', '-'];
    return `MATCH (${node})${left}[${edge}:${relationship}]${right}(${other})
      WHERE ${other}.kind IN ${bind(shownKinds)} AND ${scope.edge(edge)} AND ${scope.alive(other)}
      AND ${compile(filter, neighbourKinds(relationship, direction), other)}`;
  }
}
