import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Channel, type EventEntry, EventLogError, type Position, type Positions } from '../port.ts';
import { beginning, comparePositions } from '../position.ts';
import type { SourceLog } from '../store-log.ts';
import { appendScript } from './append.ts';
import { batches } from './batches.ts';
import { bellKey, channelName, clustersKey, entryId, streamKey } from './keys.ts';

/** How many entries go out in one call. */
const batchSize = 100;
const pauseMs = 250;

export interface FillOptions {
  readonly redis: Redis;
  readonly source: SourceLog;
  readonly channel: Channel;
  /** The most entries of a cluster that Redis keeps, about. */
  readonly most: number;
  readonly reached: () => Promise<Positions>;
  readonly onTrouble: (error: unknown) => void;
  /** Aborted when Redis has come back, perhaps without what it held; a new one for each life. */
  readonly interrupted: () => AbortSignal;
}

/** Copies a channel from its source into Redis until the signal ends it. Any number of processes may do the same. */
export async function fill(options: FillOptions, signal: AbortSignal): Promise<void> {
  const { source, channel, onTrouble } = options;
  while (!signal.aborted) {
    const interrupted = options.interrupted();
    try {
      const start = await begin(options);
      const last = new Map<string, Position>(Object.entries(start));
      const entries = source.follow(channel, start, AbortSignal.any([signal, interrupted]));
      for await (const batch of batches(entries, batchSize)) {
        for (const run of byCluster(batch)) await append(options, run, last, start);
      }
    } catch (error) {
      if (signal.aborted) return;
      onTrouble(error);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/**
 * Where to go on: where Redis is, or at the source's beginning for a cluster of which it holds nothing. A stream that the
 * source cannot continue, since it has forgotten what comes next or was replaced, is dropped.
 */
async function begin({ redis, source, channel, reached }: FillOptions): Promise<Positions> {
  const [held, floor, present] = [await reached(), await source.floor(channel), await source.reached(channel)];
  const start: Record<string, Position> = {};
  for (const cluster of new Set([...Object.keys(held), ...Object.keys(present)])) {
    const at = held[cluster];
    const least = floor[cluster] ?? beginning;
    const continues =
      at !== undefined && at.version >= least.version && comparePositions(at, present[cluster] ?? beginning) <= 0;
    if (at !== undefined && !continues) await redis.del(streamKey(channel, cluster));
    start[cluster] = continues ? at : least;
  }
  return start;
}

async function append(
  { redis, channel, most }: FillOptions,
  run: readonly EventEntry[],
  last: Map<string, Position>,
  start: Positions,
): Promise<void> {
  const { cluster } = run[0] as EventEntry;
  const follows = last.get(cluster) ?? beginning;
  // An empty stream may begin with what we begin with; later it would be one that has lost what we wrote.
  const mode = comparePositions(follows, start[cluster] ?? beginning) === 0 ? 'BEGIN' : 'CONTINUE';
  const answer = await redis.eval(
    appendScript,
    3,
    streamKey(channel, cluster),
    clustersKey(channel),
    bellKey,
    cluster,
    channelName(channel),
    most,
    mode,
    entryId(follows),
    ...run.flatMap(({ position, at, body }) => [entryId(position), at, body]),
  );
  if (answer !== 'OK')
    throw new EventLogError('CURSOR_EXPIRED', `Redis has lost the end of ${cluster}: it is filled anew.`);
  last.set(cluster, (run.at(-1) as EventEntry).position);
}

function byCluster(batch: readonly EventEntry[]): Iterable<readonly EventEntry[]> {
  return Map.groupBy(batch, ({ cluster }) => cluster).values();
}
