import type { CommittedDelta } from '../graph/model/graph.ts';
import type { AlertRecords } from '../graph/records/alerts/port.ts';
import { StoreError } from '../graph/store/errors.ts';
import type { GraphStore } from '../graph/store/port.ts';
import {
  type Channel,
  cursorExpired,
  type EventEntry,
  type EventLog,
  type GraphChange,
  type Positions,
} from './port.ts';
import { wholeCommit } from './position.ts';

/** A log that can be read from its beginning again: what other logs are filled from. */
export interface SourceLog extends EventLog {
  /** The positions after which everything is still there. */
  floor(channel: Channel): Promise<Positions>;
}

/**
 * The log that the store keeps anyway: its deltas, and its log of alerts, each written in the transaction of the commit it
 * tells of. What other processes commit is seen when the store is polled.
 */
export function storeLog(
  store: Pick<GraphStore, 'version' | 'logBegins' | 'changes'>,
  alerts: AlertRecords,
): SourceLog {
  const wholes = (versions: Readonly<Record<string, number>>): Positions =>
    Object.fromEntries(
      Object.entries(versions).map(([cluster, version]) => [cluster, { version, sequence: wholeCommit }]),
    );

  async function* entries(
    { tenant, topic }: Channel,
    after: Positions,
    signal: AbortSignal,
  ): AsyncIterable<EventEntry> {
    if (topic === 'alerts') {
      yield* alerts.changes(tenant, after, signal);
      return;
    }
    const since = Object.fromEntries(Object.entries(after).map(([cluster, { version }]) => [cluster, version]));
    for await (const committed of store.changes(tenant, since, signal)) yield graphEntry(committed);
  }

  return {
    reached: async ({ tenant, topic }) =>
      topic === 'alerts' ? (await alerts.reached(tenant)).last : wholes(await store.version(tenant)),
    floor: async ({ tenant, topic }) =>
      topic === 'alerts' ? (await alerts.reached(tenant)).floor : wholes(await store.logBegins(tenant)),
    async *follow(channel, after, signal) {
      try {
        yield* entries(channel, after, signal);
      } catch (error) {
        throw error instanceof StoreError && error.code === 'VERSION_EXPIRED' ? cursorExpired(error) : error;
      }
    },
    close: async () => undefined,
  };
}

/** A commit is one entry: ids alone, since the states it brought may be out of date by the time they are shown. */
function graphEntry({ partition, version, delta }: CommittedDelta): EventEntry {
  const change: GraphChange = {
    version,
    changed: delta.nodes.map(({ id }) => id),
    removed: delta.removedNodes,
    edges: delta.edges.filter(({ attack }) => attack !== null).map(({ id }) => id),
  };
  return {
    cluster: partition.cluster,
    position: { version, sequence: wholeCommit },
    at: delta.at,
    body: JSON.stringify(change),
  };
}
