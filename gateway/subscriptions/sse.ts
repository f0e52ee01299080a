import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHandler } from 'graphql-sse';
import { callerError } from '../../resolvers/errors.ts';
import { schema } from '../../resolvers/index.ts';
import { errorBody } from '../errors.ts';
import { untilExpiry } from './expiry.ts';
import type { Sink } from './groups.ts';
import type { Operation } from './operation.ts';
import { asResults } from './results.ts';
import type { TransportSettings } from './transport.ts';

export interface ServerSentEvents {
  /** Whether a request asks for a stream of events. */
  wants(request: FastifyRequest): boolean;
  handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
  /** Breaks every stream off without `complete`, so that clients come back. */
  stop(): void;
}

const eventStream = 'text/event-stream';

/** Serves subscriptions as server-sent events, one a request, by the graphql-sse protocol (distinct connections mode). */
export function serverSentEvents({ limits, subscriptions, read, viewerOf }: TransportSettings): ServerSentEvents {
  const open = new Set<ServerResponse>();

  return {
    wants: ({ headers }) => headers.accept?.split(',').some((type) => type.trim().startsWith(eventStream)) ?? false,
    stop() {
      for (const response of open) response.destroy();
    },
    async handle(request, reply) {
      if (open.size >= limits.connections) {
        const message = 'There are too many subscriptions here: try again later.';
        return reply.code(503).send(errorBody('UPSTREAM_UNAVAILABLE', message));
      }
      const viewer = await viewerOf(request.caller);
      const { sink, begin } = eventSink(reply.raw);
      const handler = createHandler<undefined, undefined, { readonly operation: Operation }>({
        authenticate: () => null,
        onSubscribe: (_request, { query, operationName, variables }) => {
          const operation = read({ query: String(query), operationName, variables });
          if (!('document' in operation)) return { errors: operation };
          return { schema, document: operation.document, contextValue: { operation } };
        },
        subscribe: ({ contextValue: { operation } }) =>
          asResults(
            subscriptions.subscribe(operation, viewer, sink),
            () => reply.raw.destroy(),
            (reason) => ({ errors: [reason] }),
          ),
      });
      const [body, { status, headers }] = await handler({
        method: request.method,
        url: request.url,
        headers: { get: (name) => (name === 'accept' ? eventStream : String(request.headers[name] ?? '')) },
        body: (request.body ?? null) as Record<PropertyKey, unknown> | null,
        raw: undefined,
        context: undefined,
      });
      if (body === null || typeof body === 'string')
        return reply
          .code(status)
          .headers(headers ?? {})
          .send(body);

      reply.hijack();
      const response = reply.raw;
      open.add(response);
      const forget = untilExpiry(request.caller, () => {
        const error = callerError('UNAUTHENTICATED', 'The token has expired: subscribe again with a new one.');
        sink.write(JSON.stringify({ errors: [error] }));
        response.end();
      });
      response.once('close', () => {
        forget();
        open.delete(response);
        void body.return();
      });
      begin(status, { ...reply.getHeaders(), ...headers } as OutgoingHttpHeaders);
      for await (const chunk of body) response.write(chunk);
      response.end();
    },
  };
}

/** Answers as events. Those that come before the headers are out wait for them. */
function eventSink(response: ServerResponse) {
  let early: string[] | null = [];
  const sink: Sink = {
    write(text) {
      const event = `event: next\ndata: ${text}\n\n`;
      if (early === null) response.write(event);
      else early.push(event);
    },
    buffered: () => response.writableLength,
  };
  function begin(status: number, headers: OutgoingHttpHeaders): void {
    response.writeHead(status, headers);
    for (const event of early ?? []) response.write(event);
    early = null;
  }
  return { sink, begin };
}
