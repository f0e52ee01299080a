import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Partition } from '../../graph/model/graph.ts';
import type { Observation } from '../../graph/model/observation.ts';
import type { GapFact } from './sensor-gaps.ts';
import { type Sources, type Teller, tellers } from './told-gaps.ts';

const everyMs = 10_000;

/** What tellers tell of a cluster, as observations, as it changes, until the signal is aborted. Trouble with the store is got over. */
export async function* watchToldGaps(
  sources: Sources,
  partition: Partition,
  logger: Logger,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const known = new Map<Teller, ReadonlyMap<string, GapFact>>();
  while (!signal.aborted) {
    for (const teller of tellers) {
      try {
        const gaps = new Map((await teller.gaps(sources, partition, Date.now())).map((gap) => [gap.name, gap]));
        yield* changes(teller, known.get(teller) ?? null, gaps);
        known.set(teller, gaps);
      } catch (err) {
        const { source } = teller.extent;
        logger.error({ err, source, cluster: partition.cluster }, 'looking for what is not seen failed; trying again');
      }
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

function* changes(
  { extent }: Teller,
  known: ReadonlyMap<string, GapFact> | null,
  gaps: ReadonlyMap<string, GapFact>,
): Generator<Observation> {
  const changed = Array.from(gaps).filter(([name, gap]) => !isDeepStrictEqual(known?.get(name), gap));
  const removed = [...(known?.keys() ?? [])].filter((name) => !gaps.has(name));
  const records = changed.map(([key, gap]) => ({ key, nodes: [gap], relationships: [] }));
  if (known === null) yield { type: 'snapshot', extent };
  if (records.length > 0) yield { type: 'records', extent, records };
  if (known === null) yield { type: 'complete', extent };
  if (removed.length > 0) yield { type: 'removed', extent, keys: removed };
}
