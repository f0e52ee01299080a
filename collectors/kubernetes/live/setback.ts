import type { GapReason } from '../../../graph/model/observation.ts';
import type { ObjectKind } from '../kind.ts';
import { ApiError } from './api-server.ts';
import { backoff, type Timing } from './timing.ts';

/** What a failed attempt to read a kind means. */
export interface Setback {
  /** Null while it is not worth telling. */
  readonly reason: GapReason | null;
  readonly message: string;
  readonly waitMs: number;
}

/** Judges an error after so many failures in a row. */
export function judge({ resource }: ObjectKind, error: unknown, failures: number, timing: Timing): Setback {
  const message = describe(error);
  if (error instanceof ApiError && error.status === 403) {
    const advice = `grant the verbs list and watch on ${resource} to the identity that Portolan uses`;
    return { reason: 'FORBIDDEN', message: `${message}; ${advice}`, waitMs: timing.deniedRetryMs };
  }
  if (error instanceof ApiError && error.status === 401) {
    const advice = 'renew the credentials in the kubeconfig';
    return { reason: 'UNAUTHORIZED', message: `${message}; ${advice}`, waitMs: timing.deniedRetryMs };
  }
  const asked = error instanceof ApiError ? Math.min(error.retryAfterMs ?? 0, timing.maxRetryAfterMs) : 0;
  return {
    reason: failures >= timing.failuresUntilGap ? 'UNREACHABLE' : null,
    message: `${resource} cannot be read: ${message}; it is tried again until it can`,
    waitMs: Math.max(asked, backoff(failures, timing.backoffMs)),
  };
}

/** What went wrong, in words: undici wraps what the socket said, and Node what each address of a host said. */
export function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message || error.name}${cause}`;
}
