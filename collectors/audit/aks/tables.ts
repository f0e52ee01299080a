import type { AuditSource, Fidelity, FidelityPart, Json, JsonObject } from '../event.ts';
import { type ParsedAudit, readAudit, refused, together } from '../parse.ts';
import { isObject } from '../record.ts';
import type { AuditShape } from '../shape.ts';
import { azureSource } from './diagnostics.ts';

/**
 * Rows of the tables AKSAudit, AKSAuditAdmin, ArcK8sAudit and ArcK8sAuditAdmin: as objects (what az monitor log-analytics
 * query prints, and what a data export sends as `records`), and as the answer of the query API.
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/aksaudit
 */
export const tables: AuditShape = {
  fits: (value) => rowsOf(value).some(isRow),
  read: (value, source) =>
    together(
      rowsOf(value).map((row, index) => {
        const place = { ...source, pointer: `${source.pointer} row ${index}` };
        return isRow(row) ? readRow(row, place) : refused(place.pointer, 'AuditId and Stage are missing');
      }),
    ),
};

function isRow(row: Json): row is JsonObject {
  return isObject(row) && row.AuditId !== undefined && row.Stage !== undefined;
}

function rowsOf(value: JsonObject): readonly Json[] {
  if (Array.isArray(value.records)) return value.records as readonly Json[];
  if (!Array.isArray(value.tables)) return [value];
  return (value.tables as readonly Json[]).flatMap((table) => {
    if (!isObject(table) || !Array.isArray(table.columns) || !Array.isArray(table.rows)) return [];
    const names = (table.columns as readonly Json[]).map((column) => (isObject(column) ? String(column.name) : ''));
    return (table.rows as readonly Json[]).map((row) =>
      Array.isArray(row) ? Object.fromEntries(row.map((cell, index) => [names[index] ?? '', cell as Json])) : row,
    );
  });
}

/** What stands in the place of an object that is too large for a row. */
const tooLarge = 'skipped-too-big-size-object';

/** The columns of an event, by its fields; there is none for the user who is impersonated. */
const columns = {
  level: 'Level',
  auditID: 'AuditId',
  stage: 'Stage',
  requestURI: 'RequestUri',
  verb: 'Verb',
  user: 'User',
  sourceIPs: 'SourceIps',
  userAgent: 'UserAgent',
  objectRef: 'ObjectRef',
  responseStatus: 'ResponseStatus',
  requestObject: 'RequestObject',
  responseObject: 'ResponseObject',
  requestReceivedTimestamp: 'RequestReceivedTime',
  stageTimestamp: 'StageReceivedTime',
  annotations: 'Annotations',
} as const;

const texts: ReadonlySet<string> = new Set([
  'level',
  'auditID',
  'stage',
  'requestURI',
  'verb',
  'userAgent',
  'requestReceivedTimestamp',
  'stageTimestamp',
]);

function readRow(row: JsonObject, source: AuditSource): ParsedAudit {
  const missing: FidelityPart[] = ['impersonatedUser'];
  const event: Record<string, Json> = {};
  for (const [field, column] of Object.entries(columns)) {
    const cell = texts.has(field) ? row[column] : dynamic(row[column]);
    if (cell === tooLarge) missing.push(field === 'responseObject' ? 'responseObject' : 'requestObject');
    else if (cell !== undefined && cell !== null && cell !== '') event[field] = cell;
  }
  if (event.requestObject === undefined && row.RequestObject === tooLarge) missing.push('podSpec');
  const resourceId = String(row._ResourceId ?? '').toLowerCase();
  const fidelity: Fidelity = { missing, inferred: [] };
  return readAudit(event, { ...azureSource(source, resourceId), pointer: source.pointer }, fidelity);
}

/** A cell of the type dynamic: what it is, or its JSON. */
function dynamic(cell: Json | undefined): Json | undefined {
  if (typeof cell !== 'string' || cell === tooLarge) return cell;
  try {
    return JSON.parse(cell) as Json;
  } catch {
    return cell;
  }
}
