import type { Cell } from './cells.ts';
import type { Few } from './few.ts';

/** Something that was worked out, with what it read. */
export interface Computation {
  cells: Few<Cell>;
  memos: Few<MemoComputation>;
  /** stale: something it read has changed. suspect: a memo it read may have. */
  state: 'stale' | 'suspect' | 'fresh';
  /** The tick at which it last ran. */
  ranAt: number;
}

/** An intermediate result, which others read. */
export interface MemoComputation extends Computation {
  readonly name: string;
  readonly compute: () => unknown;
  value: unknown;
  /** The tick at which its value last became another. */
  changedAt: number;
  readers: Few<Computation>;
}

export function isMemo(computation: Computation): computation is MemoComputation {
  return 'readers' in computation;
}
