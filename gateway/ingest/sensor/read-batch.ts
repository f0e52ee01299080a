import { batchLimits } from '../../../sensor/publish/batch.ts';
import { type RecordClass, recordClasses } from '../../../sensor/publish/record.ts';

/** Records of one class that follow each other; docs/protocol/sensor.md, section 5. */
export interface Section {
  readonly class: RecordClass;
  /** The number of the first record. */
  readonly first: number;
  readonly count: number;
  /** How many before them are lost. */
  readonly missing: number;
  /** As JSON. */
  readonly records: readonly string[];
}

export interface SensorBatch {
  readonly instance: string;
  readonly sequence: number;
  readonly sections: readonly Section[];
}

/** A batch that will never be right; the message names the line. */
export class BatchError extends Error {
  override readonly name = 'BatchError';
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads the decoded text of a batch. The records themselves are not looked into. Throws BatchError. */
export function readBatch(text: string): SensorBatch {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new BatchError('the last line has no end');
  const { instance, sequence } = head(lines, 0);
  if (typeof instance !== 'string' || !uuid.test(instance)) throw wrong(0, 'instance', 'a UUID');
  const sections: Section[] = [];
  let records = 0;
  for (let at = 1; at < lines.length; ) {
    const section = readSection(lines, at);
    records += section.count;
    if (records > batchLimits.records) throw new BatchError(`more than ${batchLimits.records} records`);
    sections.push(section);
    at += 1 + section.count;
  }
  const precious = sections.filter((section) => section.class === 'gap' || section.class === 'alert');
  if (precious.reduce((sum, { count }) => sum + count, 0) > batchLimits.precious)
    throw new BatchError(`more than ${batchLimits.precious} alerts and gaps`);
  return { instance, sequence: whole(sequence, 1, 0, 'sequence'), sections };
}

function readSection(lines: readonly string[], at: number): Section {
  const { class: name, first, count, missing } = head(lines, at);
  const recordClass = recordClasses.find((known) => known === name);
  if (recordClass === undefined) throw wrong(at, 'class', `one of ${recordClasses.join(', ')}`);
  const section = {
    class: recordClass,
    first: whole(first, 1, at, 'first'),
    count: whole(count, 0, at, 'count'),
    missing: whole(missing, 0, at, 'missing'),
  };
  const records = lines.slice(at + 1, at + 1 + section.count);
  if (records.length < section.count) throw new BatchError(`line ${at + 1}: fewer records follow than it says`);
  return { ...section, records };
}

function head(lines: readonly string[], at: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(lines[at] ?? '');
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new BatchError(`line ${at + 1}: is no JSON object`);
}

function whole(value: unknown, least: number, at: number, name: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw wrong(at, name, `a whole number from ${least} on`);
}

function wrong(at: number, name: string, wanted: string): BatchError {
  return new BatchError(`line ${at + 1}: ${name} must be ${wanted}`);
}
