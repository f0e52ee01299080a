import { diagnostics } from './aks/diagnostics.ts';
import { tables } from './aks/tables.ts';
import { cloudWatch } from './eks/cloudwatch.ts';
import type { AuditSource, Json, JsonObject } from './event.ts';
import { logEntries } from './gke/log-entry.ts';
import { isAuditJson, type ParsedAudit, readAudit } from './parse.ts';
import { isObject } from './record.ts';
import type { AuditShape } from './shape.ts';

/** As an API server writes them itself. */
const kubernetes: AuditShape = { fits: isAuditJson, read: readAudit };

/** Every way in which audit events come. */
const shapes: readonly AuditShape[] = [kubernetes, cloudWatch, diagnostics, tables, logEntries];

/** Reads audit events in whatever way they are wrapped; null where this is nothing of the kind. */
export function readWrapped(value: JsonObject, source: AuditSource): ParsedAudit | null {
  return shapes.find(({ fits }) => fits(value))?.read(value, source) ?? null;
}

/** The same for any JSON: what is nothing of the kind is told of. */
export function readAnyAudit(value: Json, source: AuditSource): ParsedAudit {
  return (isObject(value) ? readWrapped(value, source) : null) ?? readAudit(value, source);
}
