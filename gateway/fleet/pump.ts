import { setTimeout as sleep } from 'node:timers/promises';
import type { Observation } from '../../graph/model/observation.ts';
import type { Commit, PartitionWriter } from '../../graph/writer/writer.ts';

/** Half a snapshot is worth waiting for, since what joins it is on its way; but not for longer than this. */
const longestWaitMs = 2_000;

/**
 * Feeds observations to a writer until they end, and commits whenever none is waiting: one change is known at once,
 * many together cost one commit. `onCommit` is told of each, also of those that changed nothing.
 */
export async function pump(
  observations: AsyncIterable<Observation>,
  writer: PartitionWriter,
  onObserved: (observation: Observation) => void,
  onCommit: (commit: Commit | null) => void,
): Promise<void> {
  const stream = observations[Symbol.asyncIterator]();
  let next = stream.next();
  let waitingSince: number | null = null;
  try {
    for (;;) {
      const arrived = await next;
      if (arrived.done === true) break;
      writer.observe(arrived.value);
      onObserved(arrived.value);
      waitingSince ??= performance.now();
      next = stream.next();
      const left = waitingSince + longestWaitMs - performance.now();
      if (left > 0 && (await settles(next, writer.loading.length > 0 ? left : 0))) continue;
      onCommit(await writer.commit());
      waitingSince = null;
    }
    onCommit(await writer.commit());
  } finally {
    next.catch(() => undefined);
    await stream.return?.();
  }
}

/** Whether a promise settles within so many milliseconds; 0 for one that has settled already. */
async function settles(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const done = promise.then(
    () => true,
    () => true,
  );
  if (ms === 0) return Promise.race([done, new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
  const cancel = new AbortController();
  try {
    return await Promise.race([done, sleep(ms, false, { signal: cancel.signal }).catch(() => false)]);
  } finally {
    cancel.abort();
  }
}
