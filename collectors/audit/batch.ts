import type { AuditEvent } from './event.ts';
import type { AuditProblem } from './parse.ts';

/** Some records of a source. Whoever has taken them over goes on from `cursor` (JSON) after a restart. */
export interface AuditBatch<Cursor> {
  readonly events: readonly AuditEvent[];
  readonly problems: readonly AuditProblem[];
  readonly cursor: Cursor;
}
