import { RequestError } from '../errors.ts';

/** What a route takes at a time. */
interface Most {
  readonly requests: number;
  /** Of what the requests hold, each as it says; a request that says nothing holds none. */
  readonly bytes: number;
}

/** When to send again, in seconds. */
const soon = 1;

/** Counts what is under way on a route, in words such as `batches`; beyond `most`, senders are told to come again. */
export function underWay(what: string, most: Most) {
  let [requests, bytes] = [0, 0];
  const refusal = () =>
    new RequestError(429, 'TOO_MANY_REQUESTS', `${requests} ${what} are under way: send this one again.`, soon);
  return {
    /** An onRequest hook: turned away before the body is read. */
    async admit(): Promise<void> {
      if (requests >= most.requests || bytes >= most.bytes) throw refusal();
    },
    /** Does a request's work, which tells what it holds as soon as it knows. */
    async run<T>(work: (holds: (bytes: number) => void) => Promise<T>): Promise<T> {
      requests++;
      let own = 0;
      try {
        return await work((more) => {
          own += more;
          bytes += more;
          if (bytes > most.bytes) throw refusal();
        });
      } finally {
        requests--;
        bytes -= own;
      }
    },
  };
}
