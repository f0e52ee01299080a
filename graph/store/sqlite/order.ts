import type { NodeKind } from '../../model/kinds.ts';
import { orderField } from '../check.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { Order, Scalar } from '../filter.ts';
import { fieldSql } from './filter.ts';
import type { Parameters } from './parameters.ts';

export interface OrderSql {
  /** What is ordered by; a cursor carries it. */
  readonly value: string;
  /** DESC, or nothing. */
  readonly direction: string;
  /** The list for ORDER BY. */
  readonly by: string;
  /** True for what comes after the cursor. */
  readonly after: string;
  /** The cursor of a row with this value; `ids` are those that settle ties. */
  cursorOf(value: Scalar | null, ids: readonly string[]): string;
}

const neverNull = ['id', 'kind', 'ref', 'name'];

/**
 * The order of the nodes with this alias: by a field, nulls last either way, ties by `ids` (expressions). SQLite compares
 * text as UTF-8 bytes, which is by code point. `sorted` asks for the nodes to be found some other way than in this order.
 */
export function orderSql(
  order: Order,
  kinds: readonly NodeKind[],
  node: string,
  ids: readonly string[],
  cursor: string | undefined,
  { bind }: Parameters,
  sorted = false,
): OrderSql {
  const field = orderField(kinds, order);
  // A unary + keeps SQLite from using an index. https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_
  const value = `${sorted ? '+' : ''}${fieldSql(field, node)}`;
  const plain = neverNull.includes(field.name) && !field.property;
  const direction = order.descending ? 'DESC' : '';
  const by = [`${value} ${direction}${plain ? '' : ' NULLS LAST'}`, ...ids].join(', ');
  const cursorOf = (found: Scalar | null, ids: readonly string[]): string =>
    writeCursor(order, { value: field.type === 'boolean' && found !== null ? found === 1 : found, ids });
  if (cursor === undefined) return { value, direction, by, after: 'TRUE', cursorOf };

  const position = readCursor(order, ids.length, cursor);
  const tie = `(${ids.join(', ')}) > (${position.ids.map(bind).join(', ')})`;
  if (position.value === null) return { value, direction, by, after: `(${value} IS NULL AND ${tie})`, cursorOf };
  const last = bind(position.value);
  const beyond = `(${value} ${order.descending ? '<' : '>'} ${last} OR (${value} = ${last} AND ${tie})`;
  // The first bound is implied by the rest; it is what an index can start from.
  const after = plain
    ? `(${value} ${order.descending ? '<=' : '>='} ${last} AND ${beyond}))`
    : `${beyond} OR ${value} IS NULL)`;
  return { value, direction, by, after, cursorOf };
}
