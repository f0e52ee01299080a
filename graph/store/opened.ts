import type { Records } from '../records/port.ts';
import type { GraphStore } from './port.ts';

/** A store and the records beside it; `close` ends both, and whatever follows their changes. */
export interface OpenedStore {
  readonly store: GraphStore;
  readonly records: Records;
  close(): Promise<void>;
}
