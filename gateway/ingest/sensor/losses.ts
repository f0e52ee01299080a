import { readNodeEvent } from '../../../detections/correlate/node-alert.ts';
import type { DeclaredGap, Loss } from '../../../graph/records/deliveries/delivery.ts';
import type { Section } from './read-batch.ts';

/** What a batch tells of what is not seen. */
export interface Unseen {
  readonly losses: readonly Loss[];
  /** Null where it declares nothing. */
  readonly declared: readonly DeclaredGap[] | null;
}

const word = /^[a-z][a-z0-9_-]{0,30}$/;
const longest = 500;
const mostDeclared = 100;

/** Records that went missing on their way. */
export function missingIn(sections: readonly Section[], now: string): readonly Loss[] {
  const reason = 'they waited for the gateway, and gave way to what is more precious, were damaged, or were refused';
  return sections.flatMap(({ class: name, missing }) =>
    missing === 0 ? [] : [{ where: 'spool', class: name, count: missing, reason, time: now }],
  );
}

/** What the record of a gap tells; docs/protocol/sensor.md, section 4. Throws RecordError. */
export function readGap(text: string, now: string): Unseen {
  const record = readNodeEvent(text) as Readonly<Record<string, unknown>>;
  const { where, gaps, count } = record;
  if (where === 'declared')
    return { losses: [], declared: Array.isArray(gaps) ? gaps.slice(0, mostDeclared).map(gapOf) : [] };
  // A program that the kernel refused is declared, for as long as that is so.
  if (where === 'program') return { losses: [], declared: null };
  const loss: Loss = {
    where: wordOf(where) ?? 'other',
    class: wordOf(record.class),
    count: Number.isSafeInteger(count) && (count as number) >= 0 ? (count as number) : null,
    reason: sentence(record.reason),
    time: pastMoment(record.time, now),
  };
  return { losses: [loss], declared: null };
}

function gapOf(value: unknown): DeclaredGap {
  const { cause, probe, reason } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return { cause: wordOf(cause) ?? 'other', probe: wordOf(probe), reason: sentence(reason) };
}

function wordOf(value: unknown): string | null {
  return typeof value === 'string' && word.test(value) ? value : null;
}

function sentence(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, longest).toWellFormed() : '';
}

/** A time by the clock of a node; now where it says none, or one that is to come. */
function pastMoment(value: unknown, now: string): string {
  const time = typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime())) return now;
  const text = time.toISOString();
  return text < now ? text : now;
}
