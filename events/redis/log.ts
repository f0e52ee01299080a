import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type Bell, bell } from '../../graph/store/follow.ts';
import {
  type Channel,
  cursorExpired,
  type EventEntry,
  type EventLog,
  EventLogError,
  type Position,
  type Positions,
} from '../port.ts';
import { beginning, comparePositions } from '../position.ts';
import type { SourceLog } from '../store-log.ts';
import { fill } from './fill.ts';
import { bellKey, channelName, clustersKey, readEntry, readId, streamKey } from './keys.ts';

export interface RedisLogOptions {
  /** The most entries of a cluster that Redis keeps, about: 100,000. */
  readonly most?: number;
  /** Told of trouble that the log gets over, such as Redis being away. */
  readonly onTrouble?: (error: unknown) => void;
}

/** How many entries one read asks for. */
const pageSize = 500;
/** How long the reader's connection blocks, and how long a follower waits before it looks for itself, in milliseconds. */
const blockMs = 5_000;
const pauseMs = 250;
/** How long an answer of Redis may take, and how long the source is read before a Redis that gave none is asked again. */
const patienceMs = 2_000;
const awayMs = 10_000;

/**
 * The log in Redis Streams, filled from its source by every process that reads it. One connection of the process blocks, on
 * a bell that rings for all channels; followers then read what is new. What Redis loses is filled in again; while it is
 * away they read the source.
 */
export async function openRedisLog(url: string, source: SourceLog, options: RedisLogOptions = {}): Promise<EventLog> {
  const { most = 100_000, onTrouble = () => undefined } = options;
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    connectTimeout: 5_000,
    commandTimeout: patienceMs,
    retryStrategy: (times) => Math.min(50 * 2 ** times, 1_000),
  });
  const reader = redis.duplicate({ maxRetriesPerRequest: null, commandTimeout: undefined });
  for (const connection of [redis, reader]) connection.on('error', onTrouble);
  const closing = new AbortController();
  const bells = new Map<string, Bell>();
  const fillers = new Map<string, Promise<void>>();
  let life = new AbortController();
  redis.on('ready', () => {
    life.abort(); // it may have lost everything while it was away
    life = new AbortController();
  });
  await redis.connect().catch((error: unknown) => {
    redis.disconnect();
    throw new Error(`Redis cannot be reached: ${String(error)}. See to PORTOLAN_REDIS.`, { cause: error });
  });

  const bellOf = (channel: Channel): Bell => {
    const name = channelName(channel);
    const known = bells.get(name) ?? bell();
    bells.set(name, known);
    return known;
  };

  async function listen(): Promise<void> {
    let last = '$';
    while (!closing.signal.aborted) {
      try {
        const found = await reader.xread('BLOCK', blockMs, 'STREAMS', bellKey, last);
        for (const [id, values] of found?.[0]?.[1] ?? []) {
          last = id;
          bells.get(values[1] ?? '')?.ring();
        }
      } catch (error) {
        if (closing.signal.aborted) return;
        onTrouble(error);
        await sleep(pauseMs);
      }
    }
  }

  const clusters = (channel: Channel): Promise<string[]> => redis.smembers(clustersKey(channel));

  async function reached(channel: Channel): Promise<Positions> {
    const found = (await clusters(channel)).map(async (cluster) => {
      const [newest] = await redis.xrevrange(streamKey(channel, cluster), '+', '-', 'COUNT', 1);
      return newest === undefined ? [] : [[cluster, readId(newest[0])] as const];
    });
    return Object.fromEntries((await Promise.all(found)).flat());
  }

  /** Starts to fill a channel, unless this process does so already. */
  function keepFilled(channel: Channel): void {
    const name = channelName(channel);
    if (fillers.has(name)) return;
    const interrupted = () => life.signal;
    const filling = { redis, source, channel, most, reached: () => reached(channel), onTrouble, interrupted };
    fillers.set(name, fill(filling, closing.signal));
  }

  async function* page(channel: Channel, positions: Map<string, Position>): AsyncIterable<EventEntry> {
    for (const cluster of await clusters(channel)) {
      for (let more = true; more; ) {
        const at = positions.get(cluster) ?? beginning;
        const start = `(${at.version}-${at.sequence}`;
        const rows = await redis.xrange(streamKey(channel, cluster), start, '+', 'COUNT', pageSize);
        for (const row of rows) {
          const { entry, follows } = readEntry(cluster, row);
          if (comparePositions(follows, positions.get(cluster) ?? beginning) > 0) throw cursorExpired();
          positions.set(cluster, entry.position);
          yield entry;
        }
        more = rows.length === pageSize;
      }
    }
  }

  /** What the source has, until Redis is back. */
  async function* meanwhile(
    channel: Channel,
    positions: Map<string, Position>,
    signal: AbortSignal,
  ): AsyncIterable<EventEntry> {
    const back = redis.status === 'ready' ? AbortSignal.timeout(awayMs) : life.signal;
    const after = Object.fromEntries(positions);
    for await (const entry of source.follow(channel, after, AbortSignal.any([signal, back]))) {
      positions.set(entry.cluster, entry.position);
      yield entry;
    }
  }

  void listen();
  return {
    async reached(channel) {
      keepFilled(channel);
      // Behind the source it would have a reader see again what was there before he came.
      return source.reached(channel);
    },

    async *follow(channel, after, readerSignal) {
      keepFilled(channel);
      const signal = AbortSignal.any([readerSignal, closing.signal]);
      const positions = new Map<string, Position>(Object.entries(after));
      await refuseFuture(source, channel, after);
      let isAway = false;
      while (!signal.aborted) {
        const busy = new AbortController();
        const next = bellOf(channel).wait(1_000, AbortSignal.any([signal, busy.signal]));
        try {
          for await (const entry of (isAway ? meanwhile : page)(channel, positions, signal)) {
            busy.abort();
            if (signal.aborted) return;
            yield entry;
          }
          if (!isAway) await next;
          isAway = false;
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof EventLogError) throw error;
          onTrouble(error);
          isAway = true;
          await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        } finally {
          busy.abort();
        }
      }
    },

    async close() {
      closing.abort();
      redis.disconnect();
      reader.disconnect(); // what it still asked is never answered, if Redis is away
      await Promise.all(fillers.values());
    },
  };
}

/** A position that the source has not reached is of another life of it. */
async function refuseFuture(source: SourceLog, channel: Channel, after: Positions): Promise<void> {
  const present = await source.reached(channel);
  for (const [cluster, { version }] of Object.entries(after)) {
    if (version > (present[cluster]?.version ?? 0)) throw cursorExpired();
  }
}
