/** How long the event loop may wait for its turn. */
const longestMs = 10;

/**
 * For work in many small pieces: called between them, it gives the event loop a turn about every ten milliseconds, in
 * which a Ctrl-C is heard. Rejects with the signal's reason once it is aborted.
 */
export function breather(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < longestMs) return undefined;
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        since = performance.now();
        if (signal?.aborted) reject(signal.reason);
        else resolve();
      });
    });
  };
}
