import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../store/errors.ts';

export interface CommitQueueOptions<Item, Outcome> {
  /** What waits, for messages: `alerts`. */
  readonly what: string;
  /** How many items of a cluster may wait. */
  readonly mostWaiting: number;
  /** How much of a commit an item takes, and how much a commit holds; an item alone always fits. */
  readonly size: (item: Item) => number;
  readonly commitSize: number;
  /** Commits items of a cluster; what becomes of each, in their order. When it rejects, all of them do. */
  readonly commit: (cluster: string, items: readonly Item[]) => Promise<readonly PromiseSettledResult<Outcome>[]>;
}

/** How long the first waits for others to share its commit, each of which waits for the disk, in milliseconds. */
const gatherMs = 5;

interface Waiting<Item, Outcome> {
  readonly item: Item;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/**
 * Lets what comes at the same time for one cluster share commits, one after the other. Rejects with UPSTREAM_UNAVAILABLE
 * while too much waits.
 */
export function commitQueue<Item, Outcome>(options: CommitQueueOptions<Item, Outcome>) {
  const { what, mostWaiting, size, commitSize, commit } = options;
  const queues = new Map<string, Waiting<Item, Outcome>[]>();

  async function drain(cluster: string, queue: Waiting<Item, Outcome>[]): Promise<void> {
    await sleep(gatherMs);
    while (queue.length > 0) {
      const batch = queue.splice(0, fitting(queue));
      try {
        const outcomes = await commit(
          cluster,
          batch.map(({ item }) => item),
        );
        for (const [index, { resolve, reject }] of batch.entries()) {
          const outcome = outcomes[index] as PromiseSettledResult<Outcome>;
          if (outcome.status === 'fulfilled') resolve(outcome.value);
          else reject(outcome.reason);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    queues.delete(cluster);
  }

  function fitting(queue: readonly Waiting<Item, Outcome>[]): number {
    let filled = 0;
    const over = queue.findIndex(({ item }) => {
      filled += size(item);
      return filled > commitSize;
    });
    return over < 0 ? queue.length : Math.max(1, over);
  }

  return (cluster: string, item: Item): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      let queue = queues.get(cluster);
      if (queue === undefined) {
        queue = [];
        queues.set(cluster, queue);
        void drain(cluster, queue);
      }
      if (queue.length >= mostWaiting) {
        const message = `${mostWaiting} ${what} of ${cluster} wait to be recorded: send them again later.`;
        return reject(new StoreError('UPSTREAM_UNAVAILABLE', message));
      }
      queue.push({ item, resolve, reject });
    });
}
