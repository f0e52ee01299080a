/** What is delivered, the most precious first; docs/protocol/sensor.md, section 4. */
export const recordClasses = ['gap', 'alert', 'process', 'connection', 'event'] as const;

export type RecordClass = (typeof recordClasses)[number];

/** A count for each class. */
export type ByClass = Record<RecordClass, number>;

export function byClass(count: number): ByClass {
  return { gap: count, alert: count, process: count, connection: count, event: count };
}
