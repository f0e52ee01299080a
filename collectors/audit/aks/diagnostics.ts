import { readKept } from '../cut-off.ts';
import type { AuditSource, Json, JsonObject } from '../event.ts';
import { type ParsedAudit, refused, together } from '../parse.ts';
import { isObject } from '../record.ts';
import type { AuditShape } from '../shape.ts';

/** The diagnostic categories that hold audit events: kube-audit-admin has all but get and list. Others hold text. */
const auditCategories: ReadonlySet<string> = new Set(['kube-audit', 'kube-audit-admin']);

/**
 * What diagnostic settings of Azure Monitor send to event hubs (`records`) and store (a record a line), and rows of the table
 * AzureDiagnostics; the event is a text within.
 * https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs
 */
export const diagnostics: AuditShape = {
  fits: (value) => recordsOf(value).some((record) => isObject(record) && categoryOf(record) !== undefined),
  read: (value, source) => readDiagnostics(value, source, () => true),
};

/** @param isOurs whether a resource, by its id in lower case, is the cluster that is asked for; records of others are passed over */
export function readDiagnostics(
  value: JsonObject,
  source: AuditSource,
  isOurs: (resourceId: string) => boolean,
): ParsedAudit {
  return together(
    recordsOf(value).map((record, index) => {
      const pointer = `${source.pointer} record ${index}`;
      if (!isObject(record)) return refused(pointer, 'a diagnostic record is an object');
      const resourceId = String(record.resourceId ?? record.ResourceId ?? record._ResourceId ?? '').toLowerCase();
      if (!auditCategories.has(String(categoryOf(record)).toLowerCase()) || !isOurs(resourceId)) return nothing;
      const text = (isObject(record.properties) ? record.properties.log : undefined) ?? record.log_s;
      if (typeof text !== 'string') return refused(pointer, 'properties.log is missing: it holds the event');
      return readKept(text, { ...azureSource(source, resourceId), pointer });
    }),
  );
}

const nothing: ParsedAudit = { events: [], problems: [] };

function recordsOf(value: JsonObject): readonly Json[] {
  return Array.isArray(value.records) ? (value.records as readonly Json[]) : [value];
}

function categoryOf({ category, Category, properties, log_s }: JsonObject): Json | undefined {
  if (properties !== undefined) return category;
  return log_s === undefined ? undefined : Category;
}

/** The source of a record of a resource: /subscriptions/ID/resourcegroups/GROUP/providers/TYPE/NAME, in lower case. */
export function azureSource(source: AuditSource, resourceId: string): AuditSource {
  const [, account = ''] = /^\/subscriptions\/([^/]+)\//.exec(resourceId) ?? [];
  const name = resourceId.slice(resourceId.lastIndexOf('/') + 1);
  const cluster = name === '' ? null : { id: resourceId, name, region: '', account };
  const provider = resourceId.includes('/microsoft.kubernetes/connectedclusters/') ? 'arc' : 'aks';
  return { ...source, provider, route: 'azure-monitor', cluster: source.cluster ?? cluster };
}
