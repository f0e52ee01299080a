import { maxFacets, tooManyFacets } from '../../store/check.ts';
import { readCursor, writeCursor } from '../../store/cursor.ts';
import type { Page, PageRequest } from '../../store/filter.ts';
import type { Facet } from '../../store/port.ts';
import { type Alert, severities } from './alert.ts';
import { type AlertFacetField, orderValue } from './filter.ts';
import type { AlertQuery, AuditEntry } from './port.ts';

/** How long a log of alerts is kept unless told otherwise, in entries of a partition: about 100 MB. */
export const defaultLoggedAlerts = 100_000;

export type AlertOrder = Required<NonNullable<AlertQuery['order']>>;

export function orderOfAlerts(order: AlertQuery['order']): AlertOrder {
  return order === undefined
    ? { field: 'lastSeen', descending: true }
    : { field: order.field, descending: order.descending ?? false };
}

/** A page from one row more than it holds. */
export function alertPage(alerts: readonly Alert[], order: AlertOrder, { first }: PageRequest): Page<Alert> {
  const items = alerts.slice(0, first).map((item) => ({
    cursor: writeCursor(order, { value: orderValue(item, order.field), ids: [item.id] }),
    item,
  }));
  return { items, hasNextPage: alerts.length > first };
}

/** The audit trail is kept in the order it was written: the newest first, ties by id. */
const auditOrder = { field: 'at', descending: true } as const;

export function auditPage(entries: readonly AuditEntry[], { first }: PageRequest): Page<AuditEntry> {
  const items = entries.slice(0, first).map((item) => ({
    cursor: writeCursor(auditOrder, { value: item.at, ids: [item.id] }),
    item,
  }));
  return { items, hasNextPage: entries.length > first };
}

export function auditPosition(cursor: string): { readonly at: string; readonly id: string } {
  const { value, ids } = readCursor(auditOrder, 1, cursor);
  return { at: String(value), id: ids[0] as string };
}

/** Facets in order, from groups as the stores count them: severities by their rank. */
export function alertFacets(
  by: readonly AlertFacetField[],
  groups: readonly { readonly values: readonly (string | number | null)[]; readonly count: number }[],
): readonly Facet[] {
  if (groups.length > maxFacets) throw tooManyFacets();
  const named = groups.map(({ values, count }) => ({
    count,
    values: values.map((value, i) => (by[i] === 'severity' ? (severities[Number(value)] ?? null) : value)),
  }));
  const text = (facet: Facet): string => JSON.stringify(facet.values);
  return named.sort((a, b) => b.count - a.count || (text(a) < text(b) ? -1 : 1));
}
