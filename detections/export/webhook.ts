import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface WebhookOptions {
  readonly url: string;
  /** Signs bodies where there is one. */
  readonly secret: string | null;
  /** For each attempt; 10 s unless said otherwise. */
  readonly timeoutMs?: number;
  /** Before each attempt after the first, in ms. */
  readonly delaysMs?: readonly number[];
}

/** A receiver will not take an alert for what it is, however often it is asked. */
export class AlertRefused extends Error {
  override readonly name = 'AlertRefused';
}

/** Of these a receiver says nothing about the alert: who sends it is wrong, or where to, or it is too early. */
const notAboutTheAlert: ReadonlySet<number> = new Set([401, 403, 404, 407, 408, 425, 429]);

const usualDelaysMs: readonly number[] = [500, 2000, 8000, 30_000];
const longestDelayMs = 60_000;

/**
 * Posts a JSON text until it is taken (2xx). What may pass (no connection, a time-out, 408, 425, 429, 5xx) is tried again, after
 * what `Retry-After` says if it says so; anything else is final, redirects too. The receiver can tell who sent a body, and when:
 * `X-Portolan-Signature: t=SECONDS,v1=HEX`, an HMAC-SHA256 of `SECONDS.BODY`. The id stays the same over attempts.
 *
 * @throws Error after the last attempt, with what went wrong; AlertRefused where it is the alert that is refused (4xx, but 401,
 * 403, 404 and 407)
 */
export async function postWebhook(
  { url, secret, timeoutMs = 10_000, delaysMs = usualDelaysMs }: WebhookOptions,
  id: string,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await once(
      url,
      headersOf(id, body, secret),
      body,
      AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    );
    if (outcome === null) return;
    signal.throwIfAborted();
    const delay = delaysMs[attempt];
    if (!outcome.again || delay === undefined) {
      const message = `the webhook ${new URL(url).host} did not take alert ${id}: ${outcome.why}`;
      throw outcome.refused ? new AlertRefused(message) : new Error(message);
    }
    await sleep(Math.min(outcome.afterMs ?? delay, longestDelayMs), undefined, { signal });
  }
}

/** The signature of a body that is sent at a time, in seconds. */
export function signature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

function headersOf(id: string, body: string, secret: string | null): Record<string, string> {
  const seconds = Math.floor(Date.now() / 1000);
  return {
    'content-type': 'application/json',
    'x-portolan-id': id,
    ...(secret === null ? {} : { 'x-portolan-signature': signature(secret, seconds, body) }),
  };
}

interface Failure {
  readonly why: string;
  readonly again: boolean;
  readonly refused?: boolean;
  readonly afterMs?: number;
}

async function once(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Failure | null> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await response.body?.cancel();
    if (response.ok) return null;
    const after = Number(response.headers.get('retry-after') ?? Number.NaN) * 1000;
    const { status } = response;
    const again = status >= 500 || [408, 425, 429].includes(status);
    const refused = status >= 400 && status < 500 && !notAboutTheAlert.has(status);
    return { why: `it answered ${status}`, again, refused, ...(after >= 0 ? { afterMs: after } : {}) };
  } catch (error) {
    const { message, cause } = error as Error;
    return { why: cause instanceof Error ? `${message}: ${cause.message}` : message, again: true };
  }
}
