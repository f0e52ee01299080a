/** What an answer of the receiver asks of the publisher; docs/protocol/sensor.md, section 5. */
export type Verdict =
  | { readonly kind: 'taken' }
  /** It will never be taken. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'encoding' }
  /** Try again; after this long, where the receiver says so. */
  | { readonly kind: 'again'; readonly afterMs: number | null };

const longestWaitMs = 300_000;

export function verdictOf(status: number, retryAfter: string | undefined): Verdict {
  switch (status) {
    case 200:
      return { kind: 'taken' };
    case 400:
    case 422:
      return { kind: 'refused' };
    case 409:
      return { kind: 'conflict' };
    case 413:
      return { kind: 'tooLarge' };
    case 415:
      return { kind: 'encoding' };
    default:
      return { kind: 'again', afterMs: status === 429 || status === 503 ? waitOf(retryAfter) : null };
  }
}

/** Of Retry-After only the form in seconds is understood. */
function waitOf(retryAfter: string | undefined): number | null {
  return /^\d{1,6}$/.test(retryAfter ?? '') ? Math.min(Number(retryAfter) * 1000, longestWaitMs) : null;
}

const firstPauseMs = 500;
const longestPauseMs = 60_000;

/** How long to wait before the try after `failures` failed ones, shortened at random so that a fleet does not march in step. */
export function pauseMs(failures: number, random: number): number {
  const whole = Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 20), longestPauseMs);
  return whole * (1 - random / 2);
}
