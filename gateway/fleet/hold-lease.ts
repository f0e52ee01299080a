import { setTimeout as sleep } from 'node:timers/promises';
import type { Partition } from '../../graph/model/graph.ts';
import type { Records } from '../../graph/records/port.ts';
import type { Lease } from '../../graph/store/port.ts';

/** How long a writer that died keeps others waiting. */
const ttlMs = 10_000;
const retryMs = 500;

/**
 * Waits for the right to write a partition, and holds it while `work` runs. Its signal is aborted when the outer one
 * is, or when the lease is lost, to another writer or because the store could not be reached in time.
 */
export async function holdLease(
  records: Records,
  partition: Partition,
  holder: string,
  signal: AbortSignal,
  onWait: () => void,
  work: (lease: Lease, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let lease = await records.acquireLease(partition, holder, ttlMs);
  if (lease === null) onWait();
  while (lease === null) {
    await sleep(retryMs, undefined, { signal });
    lease = await records.acquireLease(partition, holder, ttlMs);
  }
  const lost = new AbortController();
  const held = lease;
  const renewing = setInterval(async () => {
    const renewed = await records.renewLease(held, ttlMs).catch(() => undefined);
    // No answer is no loss yet: the store itself refuses a writer whose lease has run out.
    if (renewed === null) lost.abort(new Error('the lease was lost to another writer'));
  }, ttlMs / 3);
  try {
    await work(held, AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewing);
    await records.releaseLease(held).catch(() => undefined);
  }
}
