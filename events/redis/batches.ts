/** What comes at once, in lists of at most so many: a list goes out as soon as nothing more is there. */
export async function* batches<T>(items: AsyncIterable<T>, most: number): AsyncIterable<readonly T[]> {
  const iterator = items[Symbol.asyncIterator]();
  let batch: T[] = [];
  try {
    for (;;) {
      const next = iterator.next();
      if (batch.length > 0 && !(await isThere(next))) {
        yield batch;
        batch = [];
      }
      const { done, value } = await next;
      if (done === true) break;
      batch.push(value);
      if (batch.length < most) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    await iterator.return?.();
  }
}

function isThere(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
}
