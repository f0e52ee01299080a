import { EventLogError, type Position, type Positions, type Topic } from './port.ts';

/** A cursor as callers pass it around: opaque, the positions reached in the clusters they may see. */
export function writeEventCursor(topic: Topic, positions: Iterable<readonly [string, Position]>): string {
  const parts = Array.from(positions, ([cluster, { version, sequence }]) => [cluster, version, sequence] as const);
  parts.sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify([topic, parts])).toString('base64url');
}

/** The longest cursor that is read, in characters: some 2,000 clusters. */
const longest = 200_000;

/** The positions of a cursor of this topic; INVALID_CURSOR for anything else. */
export function readEventCursor(topic: Topic, cursor: string): Positions {
  const invalid = new EventLogError(
    'INVALID_CURSOR',
    'The cursor is not one of this subscription: pass `cursor` of an event it sent, or leave `after` out.',
  );
  if (cursor.length > longest) throw invalid;
  const read = parse(cursor);
  if (!Array.isArray(read) || read.length !== 2 || read[0] !== topic || !Array.isArray(read[1])) throw invalid;
  const parts: readonly unknown[] = read[1];
  const isPart = (part: unknown): part is readonly [string, number, number] =>
    Array.isArray(part) &&
    part.length === 3 &&
    typeof part[0] === 'string' &&
    [part[1], part[2]].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!parts.every(isPart)) throw invalid;
  return Object.fromEntries(parts.map(([cluster, version, sequence]) => [cluster, { version, sequence }]));
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}
