import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type RecordClass, recordClasses } from '../record.ts';

/** A file of the spool. */
export interface Segment {
  readonly path: string;
  readonly class: RecordClass;
  /** The number of its first record. */
  readonly first: number;
}

const name = new RegExp(`^(${recordClasses.join('|')})-(\\d{16})\\.spool$`);

export function segmentPath(folder: string, recordClass: RecordClass, first: number): string {
  return join(folder, `${recordClass}-${String(first).padStart(16, '0')}.spool`);
}

/** The segments of a spool, in each class the oldest first. Other files are not ours. */
export function segmentsIn(folder: string): readonly Segment[] {
  return readdirSync(folder)
    .flatMap((file) => {
      const [, recordClass, first] = name.exec(file) ?? [];
      if (recordClass === undefined) return [];
      return [{ path: join(folder, file), class: recordClass as RecordClass, first: Number(first) }];
    })
    .sort((a, b) => a.first - b.first);
}

/** 0 for a file that has gone: the other process removes them, too. */
export function sizeOf({ path }: Segment): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
