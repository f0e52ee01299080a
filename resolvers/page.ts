import type { Order, PageRequest } from '../graph/store/filter.ts';
import { orderFields } from '../schema/fields.ts';
import { badUserInput } from './errors.ts';

export const maxPage = 1_000;

/** The arguments of a list; those left out, and those given as null, count alike. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface OrderArgument {
  readonly field: string;
  readonly direction?: 'ASC' | 'DESC' | undefined;
}

/** Refuses a whole number outside its bounds, both inclusive. */
export function within(name: string, value: number, least: number, most: number): number {
  if (value < least || value > most) {
    throw badUserInput(`\`${name}\` must be from ${least} to ${most.toLocaleString('en')}, not ${value}.`);
  }
  return value;
}

export function pageOf({ first, after }: PageArguments): PageRequest {
  return { first: within('first', first ?? 50, 1, maxPage), ...(after != null && { after }) };
}

export function orderOf(type: string, orderBy: OrderArgument | null | undefined): Order {
  const field = orderBy ? orderFields(type).get(orderBy.field)?.field : undefined;
  return { field: field ?? 'ref', descending: orderBy?.direction === 'DESC' };
}
