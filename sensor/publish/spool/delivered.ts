import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ByClass } from '../record.ts';

/** How far a spool has been delivered. */
export interface Delivered {
  /** The spool's identity at the receiver. */
  readonly instance: string;
  /** Of the last batch that was acknowledged. */
  readonly sequence: number;
  /** The number of the first record of each class that is not yet settled. */
  readonly next: Readonly<ByClass>;
  /** Records before `next` that are lost and that the receiver has not been told of. */
  readonly missing: Readonly<ByClass>;
  /** The order of the next page is at least this. */
  readonly order: number;
}

export const deliveredFile = 'delivered.json';

/** Undefined where nothing has been delivered yet. */
export function readDelivered(folder: string): Delivered | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, deliveredFile), 'utf8')) as Delivered;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
