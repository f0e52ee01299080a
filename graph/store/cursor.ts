import { StoreError } from './errors.ts';
import type { Order, Scalar } from './filter.ts';

/** Where a page ended: the value it is ordered by, then the ids that settle ties. */
export interface Position {
  readonly value: Scalar | null;
  readonly ids: readonly string[];
}

/** A cursor is opaque to callers: the order it belongs to and the position, so that it outlives any connection. */
export function writeCursor(order: Order, { value, ids }: Position): string {
  return Buffer.from(JSON.stringify([order.field, order.descending === true, value, ...ids])).toString('base64url');
}

/** The position of a cursor of this order with so many ids; INVALID_CURSOR for anything else. */
export function readCursor(order: Order, ids: number, cursor: string): Position {
  const parts = parse(cursor);
  if (
    parts === null ||
    parts.length !== 3 + ids ||
    parts[0] !== order.field ||
    parts[1] !== (order.descending === true) ||
    !(parts[2] === null || ['string', 'number', 'boolean'].includes(typeof parts[2])) ||
    !parts.slice(3).every((id) => typeof id === 'string')
  ) {
    throw new StoreError(
      'INVALID_CURSOR',
      'The cursor is not one of this list in this order: start from its beginning.',
    );
  }
  return { value: parts[2] as Scalar | null, ids: parts.slice(3) as string[] };
}

function parse(cursor: string): readonly unknown[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}
