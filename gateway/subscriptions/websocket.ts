import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';
import { CloseCode, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Viewer } from '../../resolvers/context.ts';
import { callerError } from '../../resolvers/errors.ts';
import { schema } from '../../resolvers/index.ts';
import { foreign } from '../loopback.ts';
import { untilExpiry } from './expiry.ts';
import type { Sink } from './groups.ts';
import type { Operation } from './operation.ts';
import { asResults } from './results.ts';
import type { TransportSettings } from './transport.ts';

interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  viewer?: Viewer;
  /** Ends the timer of the credential. */
  forget?: () => void;
}

/** Serves subscriptions by the graphql-transport-ws protocol at /graphql. Returns how to stop. */
export function serveWebSockets(app: FastifyInstance, settings: TransportSettings): () => Promise<void> {
  const { limits, subscriptions, read, identify, viewerOf, loopback } = settings;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.bodyBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });
  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: limits.initMs,
    async onConnect({ connectionParams, extra }) {
      try {
        const caller = await identify(authorizationOf(connectionParams) ?? extra.request.headers.authorization);
        extra.viewer = await viewerOf(caller);
        extra.forget = untilExpiry(caller, () => extra.socket.close(CloseCode.Forbidden, 'The token has expired'));
        return true;
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        const away = error.extensions.code === 'UPSTREAM_UNAVAILABLE';
        extra.socket.close(away ? 1013 : CloseCode.Forbidden, error.message.slice(0, 120));
        return false;
      }
    },
    onSubscribe({ subscriptions: open, extra }, id, { query, operationName, variables }) {
      if (Object.keys(open).length > limits.operations) {
        return [
          callerError(
            'BAD_USER_INPUT',
            `A connection takes ${limits.operations} subscriptions at a time: open another.`,
          ),
        ];
      }
      const operation = read({ query, operationName, variables });
      if (!('document' in operation)) return operation;
      return { schema, document: operation.document, contextValue: { operation, extra, id } satisfies Subscribing };
    },
    subscribe: (args) => {
      const { operation, extra, id } = args.contextValue as Subscribing;
      return asResults(
        subscriptions.subscribe(operation, extra.viewer as Viewer, sinkOf(extra.socket, id)),
        () => hangUp(extra.socket),
        (reason) => {
          throw reason;
        },
      );
    },
  });

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = request.url?.split('?')[0];
    if (path !== '/graphql') return refuse(socket, '404 Not Found');
    if (loopback && foreign(request.headers) !== null) return refuse(socket, '403 Forbidden');
    if (server.clients.size >= limits.connections) return refuse(socket, '503 Service Unavailable');
    server.handleUpgrade(request, socket, head, (opened) => open(opened, request));
  });

  function open(socket: WebSocket, request: IncomingMessage): void {
    const extra: Extra = { socket, request };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            socket.send(data, (error) => (error ? reject(error) : resolve()));
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) =>
          socket.on('message', async (data) => {
            try {
              await take(String(data));
            } catch (error) {
              settings.logger.error({ err: error }, 'a WebSocket failed');
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            }
          }),
      },
      extra,
    );
    const stopPinging = keepAlive(socket, limits.keepAliveMs);
    socket.on('error', (error) => settings.logger.debug({ err: error }, 'a WebSocket broke'));
    socket.once('close', (code, reason) => {
      stopPinging();
      extra.forget?.();
      void closed(code, String(reason));
    });
  }

  return async () => {
    for (const client of server.clients) client.close(1001, 'Going away');
    const cut = setTimeout(() => {
      for (const client of server.clients) client.terminate();
    }, 2_000);
    while (server.clients.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    clearTimeout(cut);
    server.close();
  };
}

interface Subscribing {
  readonly operation: Operation;
  readonly extra: Extra;
  readonly id: string;
}

/** Frames are written here, and not by the protocol's server, so that an answer which many get is written as JSON once. */
function sinkOf(socket: WebSocket, id: string): Sink {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  return {
    write: (text) => {
      if (socket.readyState === socket.OPEN) socket.send(`${head}${text}}`);
    },
    buffered: () => socket.bufferedAmount,
  };
}

function hangUp(socket: WebSocket): void {
  if (socket.bufferedAmount > 0) socket.terminate();
}

function keepAlive(socket: WebSocket, everyMs: number): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, everyMs);
  return () => clearInterval(timer);
}

/** `Authorization` among the parameters of the connection, which browsers cannot send as a header. */
function authorizationOf(parameters: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const [, value] = Object.entries(parameters ?? {}).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return typeof value === 'string' ? value : undefined;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
