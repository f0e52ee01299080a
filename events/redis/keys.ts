import type { Channel, EventEntry, Position } from '../port.ts';

/** The names of what lies in Redis. */
export const bellKey = 'portolan:bell';

export function channelName({ tenant, topic }: Channel): string {
  return `${encodeURIComponent(tenant)}:${topic}`;
}

export const clustersKey = (channel: Channel): string => `portolan:${channelName(channel)}:clusters`;

export const streamKey = (channel: Channel, cluster: string): string =>
  `portolan:${channelName(channel)}:events:${encodeURIComponent(cluster)}`;

/** A position as the id of an entry in a stream. */
export function entryId({ version, sequence }: Position): string {
  return `${version}-${sequence}`;
}

export function readId(id: string): Position {
  const [version, sequence] = id.split('-').map(Number);
  return { version: version ?? 0, sequence: sequence ?? 0 };
}

/** An entry of a stream, with the position that it follows. */
export function readEntry(
  cluster: string,
  [id, values]: readonly [string, readonly string[]],
): { readonly entry: EventEntry; readonly follows: Position } {
  const value = (name: string): string => values[values.indexOf(name) + 1] ?? '';
  return {
    entry: { cluster, position: readId(id), at: value('t'), body: value('b') },
    follows: readId(value('p')),
  };
}
