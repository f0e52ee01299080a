import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Subscriber } from './groups.ts';

/** How long a client that does not read may take to hear why it is cut off, in milliseconds. */
const patienceMs = 10_000;

/**
 * A subscription as the servers of both protocols take it: frames go out elsewhere, so that there are no results but
 * what `tell` makes of the error that it ends with (or throws), and then the end. `hangUp` cuts off who does not take even that.
 */
export function asResults(
  { ended, leave }: Subscriber,
  hangUp: () => void,
  tell: (reason: GraphQLError) => ExecutionResult,
): AsyncGenerator<ExecutionResult, void, void> {
  const done = { done: true, value: undefined } as const;
  let told = false;
  return {
    async next() {
      const reason = await ended;
      if (reason === null || told) return done;
      told = true;
      if (reason.extensions.code === 'SLOW_READER') setTimeout(hangUp, patienceMs).unref();
      return { done: false, value: tell(reason) };
    },
    async return() {
      leave();
      return done;
    },
    async throw(error) {
      leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      leave();
    },
  };
}
