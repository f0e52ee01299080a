import { createClient, type SubscribePayload } from 'graphql-ws';
import { WebSocket } from 'ws';

/** An answer of a subscription, to be taken apart by assertions. */
// biome-ignore lint/suspicious/noExplicitAny: tests take the answer apart by assertions, not by types
export type Event = any;

/** One subscription over a WebSocket of its own. */
export interface Subscribed {
  /** What has come so far. */
  readonly events: Event[];
  /** Resolves once so many have come; rejects after `ms`, or when the subscription ends before. */
  until(count: number, ms?: number): Promise<readonly Event[]>;
  /** Resolves when it ends: with the errors or the close event, with null when it was completed. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Subscribes over graphql-ws at a gateway's address, without trying again. Resolves once the server has taken the connection. */
export async function subscribe(
  url: string,
  payload: SubscribePayload,
  connectionParams: Record<string, unknown> = {},
): Promise<Subscribed> {
  const connected = Promise.withResolvers<void>();
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
    lazy: true,
    on: { connected: () => connected.resolve() },
  });
  const events: Event[] = [];
  const ended = Promise.withResolvers<unknown>();
  let news = Promise.withResolvers<void>();
  const wake = (): void => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const stop = client.subscribe(payload, {
    next: (event) => {
      events.push(event);
      wake();
    },
    error: (error) => {
      connected.resolve();
      ended.resolve(error);
      wake();
    },
    complete: () => {
      ended.resolve(null);
      wake();
    },
  });
  await connected.promise;
  let over: { readonly reason: unknown } | null = null;
  void ended.promise.then((reason) => {
    over = { reason };
  });
  return {
    events,
    ended: ended.promise,
    async until(count, ms = 10_000) {
      const limit = Date.now() + ms;
      while (events.length < count) {
        if (over !== null)
          throw new Error(`the subscription ended after ${events.length} of ${count}: ${JSON.stringify(over)}`);
        if (Date.now() > limit) throw new Error(`${events.length} of ${count} events came within ${ms} ms`);
        await Promise.race([news.promise, new Promise((resolve) => setTimeout(resolve, 50))]);
      }
      return events;
    },
    async stop() {
      stop();
      await client.dispose();
    },
  };
}
