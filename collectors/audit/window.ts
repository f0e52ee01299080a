import { createHash } from 'node:crypto';
import { type ParsedAudit, refused } from './parse.ts';
import { pause } from './pause.ts';

/** How far a source that is asked by time has been read: up to `newest` (ms), and which records of the window before it. */
export interface WindowCursor {
  readonly newest: number;
  /** Eight characters for each record. */
  readonly taken: string;
  /** What is older than this (ms) is not known to be taken; that of `newest` where it is missing. */
  readonly since?: number;
}

/** How a source is asked by time, in milliseconds. */
export interface PollTiming {
  readonly poll: number;
  /** How much later than newer ones a record may come and still be taken. */
  readonly late: number;
  /** How often it is looked back for those. */
  readonly lookBack: number;
  /** How long before the first start is read. */
  readonly before: number;
}

/** The usual: a record is asked for three times on average, however late it may come. */
export function pollTiming(poll: number, late: number): PollTiming {
  return { poll, late, lookBack: late / 2, before: 900_000 };
}

/** What has been taken of a source that is asked by time, whose records may come late and come again. */
export interface TimeWindow {
  /** Since when to ask (ms): for what is new, or for what may have come late as well. */
  since(looksBack: boolean): number;
  /** Whether a record is new; it then counts as taken. */
  take(id: string, time: number): boolean;
  cursor(): WindowCursor;
  /** Tells if what was taken since the last time came later than it may: others as late have been missed, it may be. */
  tooLate(place: string): ParsedAudit;
}

const width = 8;

/**
 * Remembers what was taken of the time before the newest record. Of ids a hash of 48 bits is kept: among 10,000 that are
 * remembered, one in 10^10 new records would be taken for one of them. The window is as long as a record may be late and until
 * it is looked back the next time.
 */
export function timeWindow(
  { newest: start, taken, since: oldest = start }: WindowCursor,
  { poll, late, lookBack }: PollTiming,
): TimeWindow {
  let newest = start;
  let behind = 0;
  const known = new Map<string, number>();
  for (let at = 0; at < taken.length; at += width) known.set(taken.slice(at, at + width), start);
  const beginning = (): number => Math.max(oldest, newest - late - lookBack - poll);
  return {
    since: (looksBack) => (looksBack ? beginning() : newest),
    take(id, time) {
      const key = createHash('sha256').update(id).digest('base64url').slice(0, width);
      if (known.has(key)) return false;
      known.set(key, time);
      behind = Math.max(behind, newest - time);
      newest = Math.max(newest, Math.min(time, Date.now())); // by a clock that is fast, nothing is passed over
      return true;
    },
    cursor() {
      const since = beginning();
      for (const [id, time] of known) if (time < since) known.delete(id);
      return { newest, taken: [...known.keys()].join(''), since };
    },
    tooLate(place) {
      const worst = behind;
      behind = 0;
      if (worst <= late) return { events: [], problems: [] };
      const message = `an event came ${Math.ceil(worst / 1_000)} s after newer ones; those that are later than ${late / 1_000} s may be missed: raise --audit-lateness`;
      return refused(place, message);
    },
  };
}

/** Since when to ask (ms), round after round, until the signal is aborted: for what is new, and now and then for what came late. */
export async function* rounds(
  window: Pick<TimeWindow, 'since'>,
  { poll, lookBack }: PollTiming,
  signal: AbortSignal,
): AsyncGenerator<{ readonly since: number; readonly looksBack: boolean }> {
  for (let lookedBackAt = Number.NEGATIVE_INFINITY; !signal.aborted; await pause(poll, signal)) {
    const looksBack = performance.now() - lookedBackAt >= lookBack;
    if (looksBack) lookedBackAt = performance.now();
    yield { since: window.since(looksBack), looksBack };
  }
}
