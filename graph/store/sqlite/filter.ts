import type { NodeKind } from '../../model/kinds.ts';
import { type Field, fieldOf, neighbourKinds, shownKinds } from '../field.ts';
import type { Filter } from '../filter.ts';
import type { Parameters } from './parameters.ts';
import type { ScopeSql } from './scope.ts';

/** A field of the node with this alias, as an expression. Its name is the model's: `fieldOf` found it there. */
export function fieldSql({ name, property }: Field, node: string): string {
  if (property) return `${node}.properties ->> '$.${name}'`;
  if (name === 'cluster') return `(SELECT cluster FROM partitions WHERE key = ${node}.partition)`;
  return `${node}.${name}`;
}

export function kindsSql(kinds: readonly NodeKind[], node: string): string {
  const [only, ...more] = kinds.map((kind) => `'${kind}'`);
  return more.length === 0 ? `${node}.kind = ${only ?? "''"}` : `${node}.kind IN (${[only, ...more].join(', ')})`;
}

/**
 * A condition that is true where the filter, which `checkFilter` has passed, matches the node with this alias. Where it does
 * not match it is false or NULL, which are alike everywhere but under NOT.
 */
export function filterSql(
  filter: Filter,
  kinds: readonly NodeKind[],
  node: string,
  scope: ScopeSql,
  { bind, list }: Parameters,
): string {
  let aliases = 0;
  return compile(filter, kinds, node);

  function compile(filter: Filter, kinds: readonly NodeKind[], node: string): string {
    if ('and' in filter) return joined(filter.and, 'AND', 'TRUE');
    if ('or' in filter) return joined(filter.or, 'OR', 'FALSE');
    if ('not' in filter) return `NOT ifnull(${compile(filter.not, kinds, node)}, FALSE)`;
    if ('relationship' in filter) {
      const parts: string[] = [];
      if (filter.some) parts.push(`EXISTS (${neighbours(filter, filter.some, node)})`);
      if (filter.none) parts.push(`NOT EXISTS (${neighbours(filter, filter.none, node)})`);
      return `(${parts.join(' AND ')})`;
    }
    const field = fieldOf(kinds, filter.field);
    const value = fieldSql(field, node);
    if ('isNull' in filter) return `(${value} IS ${filter.isNull ? '' : 'NOT '}NULL)`;
    const test = leaf(filter);
    if (field.type !== 'strings') return test(value);
    return `EXISTS (SELECT 1 FROM json_each(${node}.properties, '$.${field.name}') entry WHERE ${test('entry.value')})`;

    function joined(parts: readonly Filter[], operator: string, empty: string): string {
      if (parts.length === 0) return empty;
      return `(${parts.map((part) => compile(part, kinds, node)).join(` ${operator} `)})`;
    }
  }

  function leaf(filter: Extract<Filter, { readonly field: string }>): (value: string) => string {
    if ('in' in filter) {
      const values = list(filter.in);
      return (value) => `${value} IN ${values}`;
    }
    if ('contains' in filter) {
      const text = bind(filter.contains);
      return (value) => `instr(${value}, ${text}) > 0`;
    }
    const { from, to } = 'range' in filter ? filter.range : {};
    const low = from === undefined ? null : bind(from);
    const high = to === undefined ? null : bind(to);
    return (value) =>
      `(${value} IS NOT NULL${low ? ` AND ${value} >= ${low}` : ''}${high ? ` AND ${value} <= ${high}` : ''})`;
  }

  function neighbours(
    { relationship, direction }: Extract<Filter, { readonly relationship: string }>,
    filter: Filter,
    node: string,
  ): string {
    const edge = `e${++aliases}`;
    const other = `n${aliases}`;
    const [here, there] = direction === 'out' ? ['source', 'target'] : ['target', 'source'];
    return `SELECT 1 FROM edges ${edge} JOIN nodes ${other} ON ${other}.key = ${edge}.${there}
      WHERE ${edge}.${here} = ${node}.key AND ${edge}.kind = (SELECT key FROM words WHERE text = ${bind(relationship)})
      AND ${scope.edge(edge)} AND ${scope.alive(other)} AND ${kindsSql(shownKinds, other)}
      AND ${compile(filter, neighbourKinds(relationship, direction), other)}`;
  }
}
