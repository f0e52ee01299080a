import type { Extent, Observation, ObservedRecord } from '../../../graph/model/observation.ts';
import { problemText } from '../fields.ts';
import type { MappingContext, ObjectKind } from '../kind.ts';
import { mapObject } from '../map.ts';

/** What objects of a kind say, and what is wrong with them. */
export function* mapped(
  kind: ObjectKind,
  items: readonly unknown[],
  context: MappingContext,
  extent: Extent,
): Generator<Observation> {
  const records: ObservedRecord[] = [];
  const troubles: Observation[] = [];
  for (const item of items) {
    const { object, record, problems } = mapObject(kind, item, context);
    if (record !== null) records.push(record);
    const place = [kind.kind, object?.namespace, object?.name].filter(Boolean).join('/');
    const of = record === null ? {} : { record: record.key };
    for (const problem of problems)
      troubles.push({ type: 'problem', extent, ...of, place, message: problemText(problem) });
  }
  // A record ends what was wrong with it before; what is wrong with it now comes after.
  if (records.length > 0) yield { type: 'records', extent, records };
  yield* troubles;
}

/** Adds an observation, within the last one where both speak of the same kind of change. */
export function append(observations: Observation[], next: Observation): void {
  const last = observations.at(-1);
  if (next.type === 'records' && last?.type === 'records') {
    observations[observations.length - 1] = { ...last, records: [...last.records, ...next.records] };
  } else if (next.type === 'removed' && last?.type === 'removed') {
    observations[observations.length - 1] = { ...last, keys: [...last.keys, ...next.keys] };
  } else {
    observations.push(next);
  }
}
