import type { AlertRecords } from '../records/alerts/port.ts';
import type { Records } from '../records/port.ts';
import type { GraphStore } from './port.ts';

/** A store, and the records and alerts beside it; `close` ends both, and whatever follows their changes. */
export interface OpenedStore {
  readonly store: GraphStore;
  readonly records: Records;
  readonly alerts: AlertRecords;
  close(): Promise<void>;
}
