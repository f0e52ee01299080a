import type { GapReason } from '../../graph/model/observation.ts';

/** A source cannot be read: until it can, nothing is known of what happened meanwhile. The message says what to do. */
export class AuditSourceError extends Error {
  override readonly name = 'AuditSourceError';
  readonly reason: GapReason;

  constructor(reason: GapReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}
