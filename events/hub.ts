import { grantOn, type Scope } from '../graph/model/scope.ts';
import { readEventCursor, writeEventCursor } from './cursor.ts';
import type { EventEntry, EventLog, Topic } from './port.ts';
import { openTail, type Tail } from './tail.ts';

/** An entry as subscriptions get it. */
export interface HubEvent {
  readonly entry: EventEntry;
  /** The cursor to go on from after it; to be asked for before the next one is. */
  readonly cursor: () => string;
  /** Its place in the order of this process; null for one from before; see `Delivered`. */
  readonly place: number | null;
  /** Whether there is none after it yet. */
  readonly newest: boolean;
}

/** The events of all tenants, for any number of readers. */
export interface EventHub {
  /** Events of the clusters in scope: after a cursor, or from now on. Throws EventLogError INVALID_CURSOR and CURSOR_EXPIRED. */
  follow(scope: Scope, topic: Topic, after: string | null, signal: AbortSignal): AsyncIterable<HubEvent>;
  close(): Promise<void>;
}

/** Opens one tail for each channel that is read. The log stays its opener's. */
export function eventHub(log: EventLog, onTrouble: (error: unknown) => void): EventHub {
  const tails = new Map<string, Promise<Tail>>();

  function tailOf(tenant: string, topic: Topic): Promise<Tail> {
    const key = JSON.stringify([tenant, topic]);
    let tail = tails.get(key);
    if (tail === undefined) {
      tail = openTail(log, { tenant, topic }, { onTrouble });
      tails.set(key, tail);
      tail.catch(() => tails.delete(key)); // the next who asks tries again
    }
    return tail;
  }

  return {
    async *follow(scope, topic, after, signal) {
      const since = after === null ? null : readEventCursor(topic, after);
      const sees = (cluster: string): boolean => grantOn(scope, cluster) !== undefined;
      const tail = await tailOf(scope.tenant, topic);
      for await (const { entry, positions, place, newest } of tail.follow(since, sees, signal)) {
        yield { entry, place, newest, cursor: () => writeEventCursor(topic, positions) };
      }
    },
    async close() {
      await Promise.all([...tails.values()].map(async (tail) => (await tail).close()));
    },
  };
}
