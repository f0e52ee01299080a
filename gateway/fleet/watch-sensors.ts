import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Partition } from '../../graph/model/graph.ts';
import type { Extent, Observation } from '../../graph/model/observation.ts';
import { ref } from '../../graph/model/ref.ts';
import type { AlertRecords } from '../../graph/records/alerts/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { type GapFact, sensorGaps, silentNodes } from './sensor-gaps.ts';

export interface SensorSources {
  readonly store: Pick<GraphStore, 'find'>;
  readonly alerts: Pick<AlertRecords, 'senders'>;
}

/** What sensors say of a cluster: their coverage gaps. */
export const sensorExtent: Extent = { source: 'sensor', kind: 'Sensor' };
const everyMs = 10_000;
/** How many names one question holds. */
const chunk = 500;

/** The coverage gaps of a cluster's sensors as they are now. */
export async function gapsOfSensors(
  { store, alerts }: SensorSources,
  { tenant, cluster }: Partition,
  now: number,
): Promise<readonly GapFact[]> {
  const senders = await alerts.senders(tenant, cluster);
  const silent = silentNodes(senders, now).map((node) => ref('Node', null, node));
  const living = new Set<string>();
  for (let start = 0; start < silent.length; start += chunk) {
    const filter = { field: 'ref', in: silent.slice(start, start + chunk) };
    const scope = { tenant, clusters: { [cluster]: 'all' } } as const;
    const { items } = await store.find(scope, { kinds: ['Node'], filter, page: { first: chunk } });
    for (const { item } of items) living.add(item.name);
  }
  return sensorGaps(senders, living, now);
}

/** The same as observations, as it changes, until the signal is aborted. Trouble with the store is got over. */
export async function* watchSensors(
  sources: SensorSources,
  partition: Partition,
  logger: Logger,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const extent = sensorExtent;
  let known: ReadonlyMap<string, GapFact> | null = null;
  while (!signal.aborted) {
    try {
      const gaps = new Map((await gapsOfSensors(sources, partition, Date.now())).map((gap) => [gap.name, gap]));
      const changed = Array.from(gaps).filter(([name, gap]) => !isDeepStrictEqual(known?.get(name), gap));
      const removed = [...(known?.keys() ?? [])].filter((name) => !gaps.has(name));
      const records = changed.map(([key, gap]) => ({ key, nodes: [gap], relationships: [] }));
      if (known === null) yield { type: 'snapshot', extent };
      if (records.length > 0) yield { type: 'records', extent, records };
      if (known === null) yield { type: 'complete', extent };
      if (removed.length > 0) yield { type: 'removed', extent, keys: removed };
      known = gaps;
    } catch (err) {
      logger.error({ err, cluster: partition.cluster }, 'looking for what sensors do not see failed; trying again');
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
