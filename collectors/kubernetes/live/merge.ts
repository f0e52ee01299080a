interface Offer<T> {
  readonly value: T;
  readonly taken: () => void;
}

/**
 * Several streams as one. Each waits until its last value was taken before it is asked for the next, so that nothing
 * piles up and a slow reader slows the sockets. Rejects when one of them does. However it ends, it aborts `stop`, upon
 * which the streams must end, and waits for them.
 */
export async function* merge<T>(sources: readonly AsyncIterable<T>[], stop: AbortController): AsyncGenerator<T> {
  const offers: Offer<T>[] = [];
  let wake = Promise.withResolvers<void>();
  let running = sources.length;
  let current: Offer<T> | null = null;
  let failure: { readonly error: unknown } | null = null;

  const pump = async (source: AsyncIterable<T>): Promise<void> => {
    try {
      for await (const value of source) {
        if (stop.signal.aborted) return;
        await new Promise<void>((taken) => {
          offers.push({ value, taken });
          wake.resolve();
        });
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      running -= 1;
      wake.resolve();
    }
  };

  const pumps = sources.map(pump);
  try {
    for (;;) {
      const offer = offers.shift();
      if (offer !== undefined) {
        current = offer;
        yield offer.value;
        current = null;
        offer.taken();
      } else if (failure !== null) {
        throw (failure as { readonly error: unknown }).error;
      } else if (running === 0) {
        return;
      } else {
        await wake.promise;
        wake = Promise.withResolvers();
      }
    }
  } finally {
    stop.abort();
    current?.taken();
    for (const offer of offers) offer.taken();
    await Promise.all(pumps);
  }
}
