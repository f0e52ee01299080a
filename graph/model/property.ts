/** The types a property may have, and the table entries that declare them. */

export type PropertyType = 'string' | 'integer' | 'boolean' | 'time' | 'strings' | 'json';

/** One property of a node or relationship kind. `T` is its TypeScript type; it exists only for the compiler. */
export interface PropertyDefinition<T = unknown> {
  readonly type: PropertyType;
  readonly description: string;
  /** The observation source that owns the value; no other source may set it. */
  readonly source: string;
  /** Whether stores keep an index on it, because lists filter by it. */
  readonly indexed: boolean;
  /** Phantom: carries `T`, never set. */
  readonly phantom?: T;
}

export type PropertyTable = Readonly<Record<string, PropertyDefinition>>;

/** The values a kind's nodes carry. A property that is unknown is absent; one known to be unset is null. */
export type ValuesOf<P extends PropertyTable> = {
  readonly [K in keyof P]?: (P[K] extends PropertyDefinition<infer T> ? T : never) | null;
};

interface Options {
  readonly source?: string;
  readonly indexed?: boolean;
}

function define<T>(type: PropertyType) {
  return (description: string, { source = 'kubernetes', indexed = false }: Options = {}): PropertyDefinition<T> => ({
    type,
    description,
    source,
    indexed,
  });
}

export const string = define<string>('string');
/** A whole number that JavaScript holds exactly (up to 2^53 - 1 either way); others are refused when written. */
export const integer = define<number>('integer');
export const boolean = define<boolean>('boolean');
/** RFC 3339 in UTC. */
export const time = define<string>('time');
export const strings = define<readonly string[]>('strings');
/** A structured value, stored as JSON. It cannot be filtered by. */
export function json<T>(description: string, options: Options = {}): PropertyDefinition<T> {
  return define<T>('json')(description, options);
}
