import { int } from 'neo4j-driver';
import type { Scalar } from '../filter.ts';

/** The values of one statement. Numbered in order, so that queries of one shape have one text and are planned once. */
export interface Parameters {
  /** Binds a value and gives the parameter that stands for it. */
  bind(value: Scalar | null | readonly Scalar[] | Readonly<Record<string, readonly Scalar[]>>): string;
  readonly values: Readonly<Record<string, unknown>>;
}

export function parameters(): Parameters {
  const values: Record<string, unknown> = {};
  let count = 0;
  return {
    bind(value) {
      const name = `p${++count}`;
      values[name] = Array.isArray(value) ? value.map(toBolt) : toBolt(value);
      return `$${name}`;
    },
    values,
  };
}

/** JavaScript has one type of number, Bolt two: whole numbers go as integers, so that they come to lie as such. */
export function toBolt(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? int(value) : value;
}
