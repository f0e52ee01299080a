import { createHash } from 'node:crypto';
import { pause } from './pause.ts';

/** How far a source that is asked by time has been read: up to `newest` (ms), and which records of the window before it. */
export interface WindowCursor {
  readonly newest: number;
  /** Eight characters for each record. */
  readonly taken: string;
}

/** How a source is asked by time, in milliseconds. */
export interface PollTiming {
  readonly poll: number;
  /** How late a record may come, as against others: so far back is looked again, now and then. */
  readonly late: number;
  readonly lookBack: number;
  /** How long before the first start is read. */
  readonly before: number;
}

/** What has been taken of a source that is asked by time, whose records may come late and come again. */
export interface TimeWindow {
  readonly newest: number;
  /** Whether a record is new; it then counts as taken. */
  take(id: string, time: number): boolean;
  cursor(): WindowCursor;
}

const width = 8;

/**
 * Remembers what was taken of the last `lengthMs` before the newest record. Of ids a hash of 48 bits is kept: among 10,000
 * that are remembered, one in 10^10 new records would be taken for one of them.
 */
export function timeWindow({ newest: start, taken }: WindowCursor, lengthMs: number): TimeWindow {
  let newest = start;
  const known = new Map<string, number>();
  for (let at = 0; at < taken.length; at += width) known.set(taken.slice(at, at + width), start);
  const forget = (): void => {
    for (const [id, time] of known) if (time < newest - lengthMs) known.delete(id);
  };
  return {
    get newest() {
      return newest;
    },
    take(id, time) {
      const key = createHash('sha256').update(id).digest('base64url').slice(0, width);
      if (known.has(key)) return false;
      known.set(key, time);
      newest = Math.max(newest, Math.min(time, Date.now())); // by a clock that is fast, nothing is passed over
      return true;
    },
    cursor() {
      forget();
      return { newest, taken: [...known.keys()].join('') };
    },
  };
}

/** Since when to ask (ms), round after round, until the signal is aborted: for what is new, and now and then for what came late. */
export async function* rounds(
  window: Pick<TimeWindow, 'newest'>,
  { poll, late, lookBack }: PollTiming,
  signal: AbortSignal,
): AsyncGenerator<number> {
  for (let lookedBackAt = Number.NEGATIVE_INFINITY; !signal.aborted; await pause(poll, signal)) {
    const looksBack = performance.now() - lookedBackAt >= lookBack;
    if (looksBack) lookedBackAt = performance.now();
    yield window.newest - (looksBack ? late : 0);
  }
}
