import type { Delta } from '../model/graph.ts';
import { StoreError } from './errors.ts';

/** The longest delta, in UTF-16 code units of its JSON. */
const maxLength = 64 * 1024 * 1024;

/** A delta as the log keeps it: JSON, made once. TOO_LARGE when it is longer than a log should hold. */
export function encodeDelta(delta: Delta): string {
  try {
    const json = JSON.stringify(delta);
    if (json.length <= maxLength) return json;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // RangeError: longer than any string can be
  }
  throw new StoreError('TOO_LARGE', `The delta is over ${maxLength} characters of JSON: commit it as a run of deltas.`);
}
