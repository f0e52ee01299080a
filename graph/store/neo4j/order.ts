import type { GraphNode } from '../../model/graph.ts';
import type { NodeKind } from '../../model/kinds.ts';
import { orderField } from '../check.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { Order, Scalar } from '../filter.ts';
import { comparedCypher, comparedValue } from './filter.ts';
import { keyName } from './layout.ts';
import type { Parameters } from './parameters.ts';

export interface OrderCypher {
  /** The list for ORDER BY. */
  readonly by: string;
  /** True for what comes after the cursor. */
  readonly after: string;
  /** The cursor of an item; `ids` are those that settle ties. */
  cursorOf(node: GraphNode, ids: readonly string[]): string;
}

/** The id of a node or relationship in this variable, as it is compared. */
const idOf = (variable: string): string => `coalesce(${keyName(`${variable}.id`)}, ${variable}.id)`;

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
  const by = [...(order.descending ? [`${value} IS NULL`, `${value} DESC`] : [value]), ...variables.map(idOf)].join(
    ', ',
  );
  const cursorOf = (item: GraphNode, ids: readonly string[]): string => {
    const holder = (field.property ? item.properties : item) as Readonly<Record<string, Scalar | null | undefined>>;
    return writeCursor(order, { value: holder[field.name] ?? null, ids });
  };
  if (cursor === undefined) return { by, after: 'true', cursorOf };

  const position = readCursor(order, variables.length, cursor);
  const tie = position.ids.reduceRight((rest, id, i) => {
    const key = bind(comparedValue(id));
    const own = idOf(variables[i] as string);
    return rest === '' ? `${own} > ${key}` : `(${own} > ${key} OR (${own} = ${key} AND ${rest}))`;
  }, '');
  if (position.value === null) return { by, after: `(${value} IS NULL AND ${tie})`, cursorOf };
  const last = bind(comparedValue(position.value));
  const beyond = `${value} ${order.descending ? '<' : '>'} ${last}`;
  return { by, after: `(${beyond} OR (${value} = ${last} AND ${tie}) OR ${value} IS NULL)`, cursorOf };
}
