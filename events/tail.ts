import { setTimeout as sleep } from 'node:timers/promises';
import { type Bell, bell } from '../graph/store/follow.ts';
import { type Channel, type EventEntry, type EventLog, EventLogError, type Position, type Positions } from './port.ts';
import { beginning, comparePositions } from './position.ts';

/** An entry on its way to a reader. */
export interface Delivered {
  readonly entry: EventEntry;
  /** Where its reader stands with it, in every cluster he sees; to be read before the next one is asked for. */
  readonly positions: ReadonlyMap<string, Position>;
  /** Its place among all entries of this process, which is one order for all readers; null for one from before. */
  readonly place: number | null;
  /** Whether there is none after it yet. */
  readonly newest: boolean;
}

/** The newest entries of a channel, in memory: read once from the log, however many readers there are. */
export interface Tail {
  /**
   * Entries of the clusters that `sees` admits, each once: after some positions, or from now on for null. A reader takes
   * them at his own pace: who falls behind what memory holds is served from the log, and none is kept for him alone.
   * Throws CURSOR_EXPIRED when some are gone.
   */
  follow(after: Positions | null, sees: (cluster: string) => boolean, signal: AbortSignal): AsyncIterable<Delivered>;
  close(): Promise<void>;
}

export interface TailOptions {
  /** How many entries, and how many characters of them, are kept in memory: 10,000, 16 Mi. */
  readonly entries?: number;
  readonly characters?: number;
  /** Told of trouble that the tail gets over. */
  readonly onTrouble?: (error: unknown) => void;
}

const pauseMs = 500;

/** Opens the tail of a channel at its present. */
export async function openTail(log: EventLog, channel: Channel, options: TailOptions = {}): Promise<Tail> {
  const { entries: most = 10_000, characters = 16 * 1024 * 1024, onTrouble = () => undefined } = options;
  const closing = new AbortController();
  const news: Bell = bell();
  let kept: EventEntry[] = [];
  let size = 0;
  /** The place of the first that is kept, and the positions before it and after the last. */
  let first = 0;
  let before = new Map<string, Position>(Object.entries(await log.reached(channel)));
  let after = new Map(before);

  function add(entry: EventEntry): void {
    kept.push(entry);
    size += entry.body.length;
    after.set(entry.cluster, entry.position);
    // Cut by half, so that it is rarely done.
    if (kept.length > most || size > characters) drop(Math.ceil(kept.length / 2));
    news.ring();
  }

  function drop(count: number): void {
    for (const { cluster, position, body } of kept.slice(0, count)) {
      before.set(cluster, position);
      size -= body.length;
    }
    kept = kept.slice(count);
    first += count;
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        for await (const entry of log.follow(channel, Object.fromEntries(after), closing.signal)) add(entry);
        if (!closing.signal.aborted) throw new Error('the event log ended');
      } catch (error) {
        if (closing.signal.aborted) return;
        onTrouble(error);
        await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
        if (error instanceof EventLogError) await restart();
      }
    }
  }

  /** Goes on from the present. Readers are sent to the log, which tells those who missed something. */
  async function restart(): Promise<void> {
    const reached = await log.reached(channel).catch(() => null);
    if (reached === null) return;
    first += kept.length + 1;
    kept = [];
    size = 0;
    before = new Map(Object.entries(reached));
    after = new Map(before);
    news.ring();
  }

  /** Whether what a reader lacks is all kept. */
  const holdsAllAfter = (positions: ReadonlyMap<string, Position>, sees: (cluster: string) => boolean): boolean =>
    [...before].every(
      ([cluster, position]) => !sees(cluster) || comparePositions(positions.get(cluster) ?? beginning, position) >= 0,
    );

  async function* fromLog(
    positions: Map<string, Position>,
    sees: (cluster: string) => boolean,
    signal: AbortSignal,
  ): AsyncIterable<Delivered> {
    if (holdsAllAfter(positions, sees)) return;
    const unseen = Object.entries(await log.reached(channel)).filter(([cluster]) => !sees(cluster));
    const start = { ...Object.fromEntries(unseen), ...Object.fromEntries(positions) };
    for await (const entry of log.follow(channel, start, signal)) {
      if (!sees(entry.cluster)) continue;
      positions.set(entry.cluster, entry.position);
      yield { entry, positions, place: null, newest: false };
      if (holdsAllAfter(positions, sees)) return;
    }
  }

  const running = run();
  return {
    async *follow(since, sees, readerSignal) {
      const signal = AbortSignal.any([readerSignal, closing.signal]);
      const positions = new Map(
        since === null ? [...after].filter(([cluster]) => sees(cluster)) : Object.entries(since),
      );
      let place = since === null ? first + kept.length : -1;
      while (!signal.aborted) {
        if (place < first) {
          yield* fromLog(positions, sees, signal);
          place = first;
        }
        // The wait begins first, so that what comes while we read is not missed.
        const reading = new AbortController();
        const more = news.wait(60_000, AbortSignal.any([signal, reading.signal]));
        try {
          while (place >= first && place < first + kept.length && !signal.aborted) {
            reading.abort(null); // a reason of its own would cost a stack trace
            const entry = kept[place - first] as EventEntry;
            place++;
            if (!sees(entry.cluster)) continue;
            if (comparePositions(entry.position, positions.get(entry.cluster) ?? beginning) <= 0) continue;
            positions.set(entry.cluster, entry.position);
            yield { entry, positions, place: place - 1, newest: place === first + kept.length };
          }
          await more;
        } finally {
          reading.abort(null);
        }
      }
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
