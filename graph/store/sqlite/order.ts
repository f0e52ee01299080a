import type { NodeKind } from '../../model/kinds.ts';
import { orderField } from '../check.ts';
import { readCursor } from '../cursor.ts';
import type { Order } from '../filter.ts';
import { fieldSql } from './filter.ts';
import type { Parameters } from './parameters.ts';

export const byName: Order = { field: 'ref' };

export interface OrderSql {
  /** What is ordered by; a cursor carries it. */
  readonly value: string;
  /** The list for ORDER BY. */
  readonly by: string;
  /** True for what comes after the cursor. */
  readonly after: string;
}

const neverNull = ['id', 'kind', 'ref', 'name'];

/**
 * The order of the nodes with this alias: by a field, nulls last either way, ties by `ids` (expressions). SQLite compares
 * text as UTF-8 bytes, which is by code point.
 */
export function orderSql(
  order: Order,
  kinds: readonly NodeKind[],
  node: string,
  ids: readonly string[],
  cursor: string | undefined,
  { bind }: Parameters,
): OrderSql {
  const field = orderField(kinds, order);
  const value = fieldSql(field, node);
  const plain = neverNull.includes(field.name) && !field.property;
  const direction = order.descending ? ' DESC' : '';
  const by = [plain ? `${value}${direction}` : `${value}${direction} NULLS LAST`, ...ids].join(', ');
  if (cursor === undefined) return { value, by, after: 'TRUE' };

  const position = readCursor(order, ids.length, cursor);
  const tie = `(${ids.join(', ')}) > (${position.ids.map(bind).join(', ')})`;
  if (position.value === null) return { value, by, after: `(${value} IS NULL AND ${tie})` };
  const last = bind(position.value);
  const beyond = `(${value} ${order.descending ? '<' : '>'} ${last} OR (${value} = ${last} AND ${tie})`;
  // The first bound is implied by the rest; it is what an index can start from.
  const after = plain
    ? `(${value} ${order.descending ? '<=' : '>='} ${last} AND ${beyond}))`
    : `${beyond} OR ${value} IS NULL)`;
  return { value, by, after };
}
