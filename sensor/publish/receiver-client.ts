import { readFileSync } from 'node:fs';
import { Agent, errors, request } from 'undici';
import { type Verdict, verdictOf } from './answer.ts';
import type { Batch } from './spool/outbox.ts';

/** Where batches go, and as whom. The files are read again when they change: credentials are rotated. */
export interface ReceiverSettings {
  /** The base address; https, or loopback. */
  readonly url: URL;
  readonly tokenFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** Certificates to trust in place of the system's. */
  readonly caFile: string | null;
}

export interface Answer {
  readonly verdict: Verdict;
  /** What the receiver said, or why there was no answer. */
  readonly message: string;
}

export interface ReceiverClient {
  /** One try. Never throws for what may be better next time. */
  send(batch: Batch, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

const answerMs = 30_000;
const longestAnswer = 16_384;
const path = 'ingest/v1/sensor';
const mediaType = 'application/vnd.portolan.sensor-batch.v1+ndjson';

/** Throws where the settings would send a credential or events in the clear. */
export function receiverClient(settings: ReceiverSettings): ReceiverClient {
  const { url, tokenFile, certFile, keyFile, caFile } = settings;
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
    throw new RangeError(
      `${url.href} must begin with https://, as whoever listens would read what happens on this node`,
    );
  const address = new URL(path, url.href.endsWith('/') ? url : `${url.href}/`);
  let trusted = '';
  let agent: Agent | undefined;

  /** Connections by the certificates as they are now. */
  async function connections(): Promise<Agent> {
    const [cert, key, ca] = [certFile, keyFile, caFile].map((file) =>
      file === null ? undefined : readFileSync(file, 'utf8'),
    );
    const now = JSON.stringify([cert, key, ca]);
    if (agent && now === trusted) return agent;
    await agent?.close();
    trusted = now;
    agent = new Agent({
      connections: 1,
      pipelining: 1,
      maxResponseSize: longestAnswer,
      connect: { timeout: answerMs, ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }) },
    });
    return agent;
  }

  return {
    async send({ body, encoding, digest }, signal) {
      try {
        const dispatcher = await connections();
        const token = tokenFile === null ? null : readFileSync(tokenFile, 'utf8').trim();
        const response = await request(address, {
          method: 'POST',
          dispatcher,
          headers: {
            'content-type': mediaType,
            'content-encoding': encoding,
            'content-digest': digest,
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          },
          body,
          signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
        });
        const text = await response.body.text();
        const retryAfter = response.headers['retry-after'];
        const verdict = verdictOf(response.statusCode, Array.isArray(retryAfter) ? retryAfter[0] : retryAfter);
        return { verdict, message: `${response.statusCode} ${text.slice(0, 300)}`.trim() };
      } catch (error) {
        return { verdict: { kind: 'again', afterMs: null }, message: reasonOf(error as Error) };
      }
    },
    async close() {
      await agent?.destroy();
    },
  };
}

/** A connection to several addresses fails for several reasons, and has no message of its own. */
function reasonOf(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors.map(({ message }: Error) => message).join(', ') : '';
  if (error instanceof errors.UndiciError || inner === '') return error.message || error.name;
  return inner;
}
