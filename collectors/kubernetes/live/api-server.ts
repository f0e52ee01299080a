import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Dispatcher, request } from 'undici';
import { type Access, type ClusterConfig, openAccess } from './access.ts';

/** An answer of the API server that is no success. */
export class ApiError extends Error {
  readonly status: number;
  /** What the server asks us to wait; null if it says nothing. */
  readonly retryAfterMs: number | null;

  constructor(status: number, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface ApiServerTiming {
  /** Within which an answer begins, and goes on, or the connection is given up. */
  readonly requestMs: number;
  /** The same for a watch. Bookmarks come about each minute, as a rule. */
  readonly watchIdleMs: number;
}

/** Raw JSON from an API server, in the form that `accept` asks for. Requests reject with ApiError, AccessError, or with what the network says. */
export interface ApiServer {
  get(path: string, signal: AbortSignal, accept?: string): Promise<unknown>;
  /** How it is reached now; rejects with AccessError. */
  access(): Promise<Access>;
  /** The body as it comes. */
  stream(path: string, signal: AbortSignal, accept?: string): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** Of one answer, unpacked: a page of 500 objects of 1.5 MiB would have 750, and none comes near that. */
const maxBodyLength = 512 * 1024 * 1024 - 64;
const maxErrorLength = 64 * 1024;

export function apiServer(config: ClusterConfig, timing: ApiServerTiming): ApiServer {
  let opened: Promise<Access> | null = null;

  /** Reads the configuration at the next request; unless somebody else already did since then. */
  function forget(used: Promise<Access>): void {
    if (opened === used) opened = null;
  }

  function access(): Promise<Access> {
    if (opened !== null) return opened;
    const opening = openAccess(config);
    opened = opening;
    opening.catch(() => forget(opening));
    return opening;
  }

  async function send(
    path: string,
    idleMs: number,
    signal: AbortSignal,
    accept = 'application/json',
  ): Promise<Dispatcher.ResponseData> {
    for (let attempt = 1; ; attempt += 1) {
      const used = access();
      const { server, dispatcher, headers } = await used;
      const response = await request(server + path, {
        dispatcher,
        signal,
        headersTimeout: timing.requestMs,
        bodyTimeout: idleMs,
        headers: {
          ...(await headers()),
          accept,
          'accept-encoding': 'gzip',
          'user-agent': 'portolan',
        },
      });
      if (response.statusCode < 300) return response;
      const error = await apiError(response);
      if (response.statusCode !== 401 || attempt > 1) throw error;
      // Credentials ran out before their time: a plugin, a rotated certificate or a rewritten kubeconfig has new ones.
      forget(used);
      void dispatcher.close();
    }
  }

  return {
    access,
    async get(path, signal, accept) {
      const body = unpacked(await send(path, timing.requestMs, signal, accept));
      return JSON.parse(await text(body, maxBodyLength));
    },
    async stream(path, signal, accept) {
      return unpacked(await send(path, timing.watchIdleMs, signal, accept));
    },
    async close() {
      await opened?.then(({ dispatcher }) => dispatcher.destroy()).catch(() => {});
    },
  };
}

function unpacked({ body, headers }: Dispatcher.ResponseData): Readable {
  if (headers['content-encoding'] !== 'gzip') return body;
  const gunzip = createGunzip();
  body.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => body.destroy());
  return body.pipe(gunzip);
}

async function text(body: Readable, maxLength: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > maxLength) throw new Error(`the answer is longer than ${maxLength} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function apiError(response: Dispatcher.ResponseData): Promise<ApiError> {
  const body = await text(unpacked(response), maxErrorLength).catch(() => '');
  const seconds = Number(response.headers['retry-after']);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  return new ApiError(response.statusCode, statusMessage(body) ?? `HTTP status ${response.statusCode}`, retryAfterMs);
}

/** The message of a Status object, as the API server answers what fails. */
function statusMessage(body: string): string | null {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    return typeof message === 'string' && message !== '' ? message : null;
  } catch {
    return null;
  }
}
