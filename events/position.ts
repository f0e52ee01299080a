import type { Position } from './port.ts';

/** Behind every entry of a commit. */
export const wholeCommit = Number.MAX_SAFE_INTEGER;

/** Before the first commit of a cluster. */
export const beginning: Position = { version: 0, sequence: wholeCommit };

/** Less than, equal to or greater than 0, as `a` stands before, at or after `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a.version - b.version || a.sequence - b.sequence;
}
