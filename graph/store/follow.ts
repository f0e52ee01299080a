import type { CommittedDelta, Delta, VersionVector } from '../model/graph.ts';
import { StoreError } from './errors.ts';

/** A delta as the log keeps it. */
export interface LoggedDelta {
  readonly cluster: string;
  readonly version: number;
  readonly json: string;
}

/** What a follower is told who is behind the log, or ahead of it; `why` says which. */
export function expired(cluster: string, version: number, why: string): StoreError {
  return new StoreError('VERSION_EXPIRED', `Version ${version} of ${cluster} cannot be followed (${why}): scan again.`);
}

/** Tells those who wait that something was committed by this process. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, after `ms`, or when the signal ends the wait. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function bell(): Bell {
  const waiting = new Set<() => void>();
  return {
    ring: () => {
      for (const wake of waiting) wake();
    },
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake);
        waiting.add(wake);
        if (signal.aborted) wake();
      }),
  };
}

/**
 * The log after `since`, then what is committed from then on: at once when by this process, within `pollMs` when by another.
 * `read` gives what follows a version, a part at a time.
 */
export async function* follow(
  tenant: string,
  since: VersionVector,
  read: (since: VersionVector) => Promise<readonly LoggedDelta[]>,
  bell: Bell,
  pollMs: number,
  signal: AbortSignal,
): AsyncIterable<CommittedDelta> {
  const reached: Record<string, number> = { ...since };
  for await (const { cluster, version, json } of followLog(() => read(reached), bell, pollMs, signal)) {
    reached[cluster] = version;
    yield { partition: { tenant, cluster }, version, delta: JSON.parse(json) as Delta };
  }
}

/** What `read` gives, part by part; it is asked again, from where the last entry left off, when the bell rings or a poll is due. */
export async function* followLog<T>(
  read: () => Promise<readonly T[]>,
  bell: Bell,
  pollMs: number,
  signal: AbortSignal,
): AsyncIterable<T> {
  while (!signal.aborted) {
    // What is committed while we read rings before we would wait, so the wait begins first.
    const busy = new AbortController();
    const next = bell.wait(pollMs, AbortSignal.any([signal, busy.signal]));
    try {
      const found = await read();
      if (found.length > 0) busy.abort(null); // a reason of its own would cost a stack trace
      for (const entry of found) {
        if (signal.aborted) return;
        yield entry;
      }
      await next;
    } finally {
      busy.abort(null);
    }
  }
}
