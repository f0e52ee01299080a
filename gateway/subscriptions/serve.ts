import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../loopback.ts';
import type { Gauges } from '../metrics.ts';
import { subscriptions as openSubscriptions } from './groups.ts';
import { operationReader } from './operation.ts';
import type { RunnerSources } from './runner.ts';
import { type ServerSentEvents, serverSentEvents } from './sse.ts';
import type { TransportSettings } from './transport.ts';
import { serveWebSockets } from './websocket.ts';

export interface LiveParts extends RunnerSources, Pick<TransportSettings, 'identify' | 'viewerOf'> {
  readonly gauges: Gauges;
}

/** Serves subscriptions at /graphql: over WebSockets, and as streams of events, which the route hands over. */
export function serveSubscriptions(
  app: FastifyInstance,
  { identify, viewerOf, gauges, ...sources }: LiveParts,
): { readonly streams: ServerSentEvents; stop(): Promise<void> } {
  const { limits, logger, host } = sources.settings;
  const subscriptions = openSubscriptions(sources, limits, gauges);
  gauges.subscriptions(subscriptions.size);
  const read = operationReader(limits);
  const transport = { limits, logger, subscriptions, read, identify, viewerOf, loopback: isLoopback(host) };
  const streams = serverSentEvents(transport);
  const stopWebSockets = serveWebSockets(app, transport);
  return {
    streams,
    async stop() {
      streams.stop();
      await stopWebSockets();
      await subscriptions.stop();
      await sources.hub.close();
    },
  };
}
