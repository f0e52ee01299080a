/** What fields hold. A list of texts is what list fields of k8s_audit have; lists are never empty: such a field is missing. */
export type Value = string | number | boolean | readonly string[];

/**
 * How a field is compared: `address` by IP address, `network` by containment in a CIDR block, `bytes` by text and by
 * hexadecimal digits.
 */
export type FieldType = 'text' | 'number' | 'boolean' | 'address' | 'network' | 'bytes';

/** Reads a field of an event; undefined is what Falco calls <NA>. `turn` is the number of the event, from 1. */
export type Getter<E> = (event: E, turn: number) => Value | undefined;

/** Whether a field takes an argument in brackets. */
export type Argument = 'none' | 'index' | 'key' | 'required';

export interface Field<E> {
  readonly name: string;
  readonly type: FieldType;
  /** Holds a list: compared by in (all), intersects (any) and exists only. */
  readonly list: boolean;
  readonly argument: Argument;
  /**
   * Stands for several fields, of which one that fits is enough, or (for `!=`) none may: fd.ip is either end, proc.aname any
   * ancestor.
   */
  readonly anyOf?: readonly string[];
  /** False where the events of the source do not have it: it reads as missing. */
  readonly delivered: (argument: string | null) => boolean;
  readonly getter: (argument: string | null) => Getter<E>;
  /** What outputs tell of it instead, where it holds secrets that rules may compare and nobody is to read. */
  readonly shown?: (argument: string | null) => Getter<E>;
}

/** Where events come from, and what can be read of them. */
export interface Source<E> {
  readonly name: string;
  /** Finds a field by its name. */
  readonly field: (name: string) => Field<E> | undefined;
  /** Every name, for messages and pages. */
  readonly names: readonly string[];
  /** Fields of few values by which rules are found: from what nearly every rule compares. */
  readonly index: readonly string[];
  /** Fields that are the same in every event. */
  readonly constants: ReadonlyMap<string, string>;
  /** Fields of few values (beside booleans): to know one says little of an event. */
  readonly few: ReadonlySet<string>;
  /** False of what a field never holds: no event has `evt.type = pipe`. */
  readonly holds: (field: string, value: string) => boolean;
  /** What a field holds where rules name something else: of every dup3 events say dup2. */
  readonly toldAs: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** RFC 3339. */
  readonly time: (event: E) => string;
}
