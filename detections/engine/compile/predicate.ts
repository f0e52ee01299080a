import type { Value } from '../fields/field.ts';

/** Whether an event fulfils a condition. `turn` is the number of the event: what is asked twice in a turn is remembered. */
export type Predicate<E> = (event: E, turn: number) => boolean;

/** A test of one value that is there. */
export type Test = (value: Value) => boolean;
