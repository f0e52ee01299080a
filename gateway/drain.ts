import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../resolvers/context.ts';

/** Whether the gateway is on its way out. */
export interface Drain {
  draining: boolean;
}

/** How long requests in flight may take to end before their connections are cut, in milliseconds. */
const graceMs = 10_000;

/**
 * Makes the one way to stop: /readyz turns to 503, the load balancer gets `drainMs` to notice, then subscriptions end, no
 * connection is taken any more, requests in flight end, and everything is closed. Calling it again waits for the same end.
 */
export function stopper(
  app: FastifyInstance,
  apollo: ApolloServer<Context>,
  drain: Drain,
  drainMs: number,
  stopSubscriptions: () => Promise<void>,
): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    drain.draining = true;
    if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs));
    // Their clients are told to come back, and find another gateway.
    await stopSubscriptions();
    const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
    try {
      await app.close();
      await apollo.stop();
    } finally {
      clearTimeout(cut);
    }
  };
  return () => (stopped ??= stop());
}
