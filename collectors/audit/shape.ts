import type { AuditSource, JsonObject } from './event.ts';
import type { ParsedAudit } from './parse.ts';

/** A way in which audit events are wrapped on their way out of a cluster. */
export interface AuditShape {
  readonly fits: (value: JsonObject) => boolean;
  /** `source` says where the value came from; what the wrapping says of the cluster counts only where `source` says nothing. */
  readonly read: (value: JsonObject, source: AuditSource) => ParsedAudit;
}
