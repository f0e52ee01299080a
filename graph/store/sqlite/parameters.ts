import type { Scalar } from '../filter.ts';

/** The values of one statement. Numbered in order, so that queries of one shape have one text and are prepared once. */
export interface Parameters {
  /** Binds a value and gives the parameter that stands for it. */
  bind(value: Scalar | null): string;
  /** Binds a list, as a subquery of its values for IN. */
  list(values: readonly Scalar[]): string;
  readonly values: Readonly<Record<string, string | number | null>>;
}

export function parameters(): Parameters {
  const values: Record<string, string | number | null> = {};
  let count = 0;
  const bind = (value: Scalar | null): string => {
    const name = `p${++count}`;
    // SQLite has no boolean: JSON's true and false come out of ->> as 1 and 0.
    values[name] = typeof value === 'boolean' ? Number(value) : value;
    return `@${name}`;
  };
  return {
    bind,
    list: (list) => `(SELECT value FROM json_each(${bind(JSON.stringify(list))}))`,
    values,
  };
}
