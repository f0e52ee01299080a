import type { ApiServerTiming } from './api-server.ts';

/** Every wait and limit of a watch, in milliseconds where not said otherwise; tests shorten them. */
export interface Timing extends ApiServerTiming {
  /** Objects in one page of a list. */
  readonly pageSize: number;
  /** What we ask the API server to end a watch after, in seconds: random between these, so that kinds do not relist together. */
  readonly watchSeconds: readonly [number, number];
  /** A watch that held for so long worked, whatever ended it. */
  readonly settledMs: number;
  /** The first and the longest wait between attempts. */
  readonly backoffMs: readonly [number, number];
  /** Failures in a row until the extent is declared unreadable. */
  readonly failuresUntilGap: number;
  /** The most that Retry-After may ask for. */
  readonly maxRetryAfterMs: number;
  /** Until a kind that we may not read is tried again. */
  readonly deniedRetryMs: number;
  /** Until a kind that the API server does not serve is looked for again. */
  readonly notServedRetryMs: number;
  /** Between looks at the API server's version. */
  readonly versionMs: number;
}

export const defaultTiming: Timing = {
  requestMs: 60_000,
  watchIdleMs: 150_000,
  pageSize: 500,
  watchSeconds: [240, 480],
  settledMs: 5_000,
  backoffMs: [800, 30_000],
  failuresUntilGap: 3,
  maxRetryAfterMs: 60_000,
  deniedRetryMs: 60_000,
  notServedRetryMs: 30_000,
  versionMs: 600_000,
};

/** The wait after so many failures in a row: doubling, with half of it random. */
export function backoff(failures: number, [first, longest]: Timing['backoffMs']): number {
  const whole = Math.min(longest, first * 2 ** Math.min(failures - 1, 20));
  return whole / 2 + (Math.random() * whole) / 2;
}

/** Resolves after the time, or when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
