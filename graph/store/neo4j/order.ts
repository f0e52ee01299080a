import type { NodeKind } from '../../model/kinds.ts';
import { orderField } from '../check.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { Order, Scalar } from '../filter.ts';
import type { NodeView } from '../port.ts';
import { comparedCypher, comparedValue, isNamed } from './filter.ts';
import { shortKey, shortKeyLength, shortKeyOf } from './layout.ts';
import type { Parameters } from './parameters.ts';

export interface OrderCypher {
  /** The index that has the nodes of a kind in this order, as a hint takes it; null where none does. */
  readonly index: string | null;
  /** `by` for nodes of one kind, spelt so that Neo4j sees that the index has this order: the rest are then not read. */
  readonly walk: string;
  /** The list for ORDER BY. */
  readonly by: string;
  /** The same without the ids that settle ties. */
  readonly value: string;
  /** True for what comes after the cursor. */
  readonly after: string;
  /** The cursor of an item; `ids` are those that settle ties. */
  cursorOf(node: NodeView, ids: readonly string[]): string;
}

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
  const key = isNamed(field) ? `${node}.${shortKey(field.name)}` : null;
  const direction = order.descending ? ' DESC' : '';
  // Cypher has null as the greatest: last going up, first coming down.
  const last = order.descending && key === null ? [`${value} IS NULL`] : [];
  // A short key is all of the text's own: the text is read only where it may go on.
  const rest = key === null ? value : `CASE WHEN size(${key}) < ${shortKeyLength} THEN null ELSE ${value} END`;
  const values = [...last, ...(key === null ? [] : [key + direction]), rest + direction];
  const by = [...values, ...variables.map((variable) => `${variable}.id`)].join(', ');
  const walk = `${node}.tenant${direction}, ${node}.kind${direction}, ${by}`;
  const index = isNamed(field) ? `${node}:Entity(tenant, kind, ${shortKey(field.name)})` : null;
  const cursorOf = (item: NodeView, ids: readonly string[]): string => {
    const holder = (field.property ? item.properties : item) as Readonly<Record<string, Scalar | null | undefined>>;
    return writeCursor(order, { value: holder[field.name] ?? null, ids });
  };
  const found = { index, walk, by, value: values.join(', '), cursorOf };
  if (cursor === undefined) return { ...found, after: key === null ? 'true' : `${key} >= ''` };

  const position = readCursor(order, variables.length, cursor);
  const tie = position.ids.reduceRight((rest, id, i) => {
    const bound = bind(id);
    const own = `${variables[i]}.id`;
    return rest === '' ? `${own} > ${bound}` : `(${own} > ${bound} OR (${own} = ${bound} AND ${rest}))`;
  }, '');
  if (position.value === null) return { ...found, after: `(${value} IS NULL AND ${tie})` };
  const end = bind(comparedValue(position.value));
  const beyond = `${value} ${order.descending ? '<' : '>'} ${end} OR (${value} = ${end} AND ${tie})`;
  if (key === null) return { ...found, after: `(${beyond} OR ${value} IS NULL)` };
  // The first bound is implied by the rest; it is what an index can start from.
  const from = bind(shortKeyOf(String(position.value)));
  return { ...found, after: `${key} ${order.descending ? '<=' : '>='} ${from} AND (${beyond})` };
}
