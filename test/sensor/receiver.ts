import type { IncomingMessage } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { decodeContent } from '../../gateway/ingest/sensor/decode.ts';
import { readBatch, type SensorBatch } from '../../gateway/ingest/sensor/read-batch.ts';
import type { RecordClass } from '../../sensor/publish/record.ts';

/** A record as it was taken. */
export interface Taken {
  readonly class: RecordClass;
  readonly number: number;
  readonly text: string;
}

/** A receiver in this process; what it has taken outlives its server, as a database would. */
export interface Receiver {
  readonly port: number;
  readonly taken: readonly Taken[];
  /** What the sections said was missing, by class. */
  readonly missing: Readonly<Partial<Record<RecordClass, number>>>;
  readonly tokens: readonly (string | undefined)[];
  readonly subjects: readonly (string | undefined)[];
  readonly encodings: readonly (string | undefined)[];
  readonly requests: number;
  /** What happens to the next requests, before (`status`) or after (`cut`) the batch has been taken. */
  readonly mischief: Mischief[];
  /** Accepts only this token from now on. */
  token: string | null;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export type Mischief =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Takes the batch, and breaks the connection in place of an answer. */
  | 'cut after taking'
  /** Breaks the connection in the middle of the batch. */
  | 'cut before';

/** As docs/protocol/sensor.md, section 5, has it. */
export function receiver(tls: ServerOptions): Receiver {
  const taken: Taken[] = [];
  const missing: Partial<Record<RecordClass, number>> = {};
  const last = new Map<string, { sequence: number; digest: string }>();
  const sockets = new Set<Socket>();
  const seen = {
    tokens: [] as (string | undefined)[],
    subjects: [] as (string | undefined)[],
    encodings: [] as (string | undefined)[],
  };
  let server: ReturnType<typeof createServer> | undefined;

  function take(batch: SensorBatch, digest: string): { status: number; taken: boolean } {
    const before = last.get(batch.instance);
    if (before && batch.sequence <= before.sequence) {
      const clash = batch.sequence === before.sequence && digest !== before.digest;
      return { status: clash ? 409 : 200, taken: false };
    }
    last.set(batch.instance, { sequence: batch.sequence, digest });
    for (const section of batch.sections) {
      missing[section.class] = (missing[section.class] ?? 0) + section.missing;
      for (const [index, text] of section.records.entries())
        taken.push({ class: section.class, number: section.first + index, text });
    }
    return { status: 200, taken: true };
  }

  const self = {
    port: 0,
    taken,
    missing,
    ...seen,
    requests: 0,
    mischief: [] as Mischief[],
    token: null as string | null,
    async start() {
      const running = createServer(tls, async (request, response) => {
        self.requests++;
        seen.tokens.push(request.headers.authorization);
        seen.encodings.push(request.headers['content-encoding']);
        seen.subjects.push(subjectOf(request));
        const mischief = self.mischief.shift();
        if (mischief === 'cut before') {
          request.once('data', () => request.socket.destroy());
          return;
        }
        const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
        if (mischief && mischief !== 'cut after taking') {
          response.writeHead(mischief.status, mischief.headers).end();
          return;
        }
        if (self.token !== null && request.headers.authorization !== `Bearer ${self.token}`) {
          response.writeHead(401).end();
          return;
        }
        const digest = String(request.headers['content-digest']);
        const text = await decodeContent(body, String(request.headers['content-encoding']), digest);
        const batch = readBatch(text);
        const answer = take(batch, digest);
        if (mischief === 'cut after taking') request.socket.destroy();
        else response.writeHead(answer.status).end(JSON.stringify({ sequence: batch.sequence, taken: answer.taken }));
      });
      running.on('secureConnection', (socket) => sockets.add(socket));
      await new Promise<void>((resolve) => running.listen(self.port, '127.0.0.1', resolve));
      self.port = (running.address() as AddressInfo).port;
      server = running;
    },
    async stop() {
      const closed = new Promise((resolve) => server?.close(resolve));
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
  };
  return self;
}

function subjectOf(request: IncomingMessage): string | undefined {
  const socket = request.socket as unknown as { getPeerCertificate?: () => { subject?: { CN?: string } } };
  return socket.getPeerCertificate?.().subject?.CN;
}
