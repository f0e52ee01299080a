import type { NodeKind } from '../../model/kinds.ts';
import { orderField } from '../check.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { Order, Scalar } from '../filter.ts';
import type { NodeView } from '../port.ts';
import { comparedCypher, comparedValue } from './filter.ts';
import { keyName } from './layout.ts';
import type { Parameters } from './parameters.ts';

export interface OrderCypher {
  /** The list for ORDER BY. */
  readonly by: string;
  /** The same without the ids that settle ties. */
  readonly value: string;
  /** True for what comes after the cursor. */
  readonly after: string;
  /** The cursor of an item; `ids` are those that settle ties. */
  cursorOf(node: NodeView, ids: readonly string[]): string;
}

/** The id of a node or relationship in this variable, as it is compared. */
export const idOf = (variable: string): string => `coalesce(${keyName(`${variable}.id`)}, ${variable}.id)`;

/** The order of the nodes in a variable: by a field, nulls last either way, ties by the ids of `variables`. */
export function orderCypher(
  order: Order,
  kinds: readonly NodeKind[],
  node: string,
  variables: readonly string[],
  cursor: string | undefined,
  { bind }: Parameters,
): OrderCypher {
  const field = orderField(kinds, order);
  const value = comparedCypher(field, node);
  // Cypher has null as the greatest: last going up, first coming down.
  const byValue = order.descending ? `${value} IS NULL, ${value} DESC` : value;
  const by = [byValue, ...variables.map(idOf)].join(', ');
  const cursorOf = (item: NodeView, ids: readonly string[]): string => {
    const holder = (field.property ? item.properties : item) as Readonly<Record<string, Scalar | null | undefined>>;
    return writeCursor(order, { value: holder[field.name] ?? null, ids });
  };
  if (cursor === undefined) return { by, value: byValue, after: 'true', cursorOf };

  const position = readCursor(order, variables.length, cursor);
  const tie = position.ids.reduceRight((rest, id, i) => {
    const key = bind(comparedValue(id));
    const own = idOf(variables[i] as string);
    return rest === '' ? `${own} > ${key}` : `(${own} > ${key} OR (${own} = ${key} AND ${rest}))`;
  }, '');
  if (position.value === null) return { by, value: byValue, after: `(${value} IS NULL AND ${tie})`, cursorOf };
  const last = bind(comparedValue(position.value));
  const beyond = `${value} ${order.descending ? '<' : '>'} ${last}`;
  return { by, value: byValue, after: `(${beyond} OR (${value} = ${last} AND ${tie}) OR ${value} IS NULL)`, cursorOf };
}
