import { checkPage } from '../../store/check.ts';
import { StoreError } from '../../store/errors.ts';
import type { PageRequest } from '../../store/filter.ts';
import { type NewAlert, severities } from './alert.ts';
import type { AlertFacetField, AlertFilter } from './filter.ts';
import { maxLinks } from './merge.ts';
import type { Act } from './port.ts';
import type { SuppressionRule } from './suppression.ts';

/** The most of each that one alert holds; texts in UTF-16 code units. */
export const alertLimits = {
  name: 300,
  output: 16_384,
  fields: 200,
  field: 8_192,
  techniques: 20,
  occurrences: 1_000,
} as const;
/** The most conditions of a suppression, values of one condition, and values of a filter. */
const conditions = 20;
const values = 1_000;

const momentUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Refuses an occurrence that could not be given back exactly, or is too large: INVALID_VALUE, naming the place. */
export function checkNewAlert(alert: NewAlert): void {
  const place = `alert of rule ${JSON.stringify(String(alert.rule).slice(0, 100))}`;
  checkText(alert.rule, `${place}: rule`, alertLimits.name, 1);
  checkText(alert.key, `${place}: key`, alertLimits.name, 1);
  if (alert.namespace !== null) checkText(alert.namespace, `${place}: namespace`, alertLimits.name);
  if (!severities.includes(alert.severity)) refuse(`${place}: severity`, `must be one of ${severities.join(', ')}`);
  checkMoment(alert.time, `${place}: time`);
  checkText(alert.output, `${place}: output`, alertLimits.output);
  list(alert.techniques, `${place}: techniques`, alertLimits.techniques);
  list(alert.subjects, `${place}: subjects`, maxLinks);
  list(alert.proves, `${place}: proves`, maxLinks);
  const fields = Object.entries(alert.fields);
  if (fields.length > alertLimits.fields)
    refuse(`${place}: fields`, `are ${fields.length}, over ${alertLimits.fields}`);
  for (const [name, value] of fields) {
    checkText(name, `${place}: name of a field`, alertLimits.name, 1);
    if (typeof value === 'string') checkText(value, `${place}: field ${name}`, alertLimits.field);
    else if (typeof value === 'number' && !Number.isFinite(value)) refuse(`${place}: field ${name}`, 'must be finite');
    else if (value !== null && !['number', 'boolean'].includes(typeof value)) {
      refuse(`${place}: field ${name}`, 'must be a text, a number, true, false or null');
    }
  }
}

export function checkOccurrences(alerts: readonly NewAlert[]): void {
  if (alerts.length === 0 || alerts.length > alertLimits.occurrences) {
    throw new StoreError('TOO_LARGE', `A commit holds 1 to ${alertLimits.occurrences} alerts, not ${alerts.length}.`);
  }
  for (const alert of alerts) checkNewAlert(alert);
}

export function checkAct({ who, at, note }: Act): void {
  checkText(who, 'who', alertLimits.name, 1);
  checkMoment(at, 'at');
  if (note !== null) checkText(note, 'note', alertLimits.field);
}

/** Refuses a suppression that says nothing, or too much. */
export function checkSuppression({ cluster, namespace, rule, fields, expiresAt, reason }: SuppressionRule): void {
  if (cluster !== null) checkText(cluster, 'cluster', alertLimits.name, 1);
  if (namespace !== null) checkText(namespace, 'namespace', alertLimits.name, 1);
  if (rule !== null) checkText(rule, 'rule', alertLimits.name, 1);
  if (rule === null && fields.length === 0) refuse('suppression', 'needs a rule, or at least one field');
  if (fields.length > conditions) refuse('fields', `are ${fields.length}, over ${conditions}`);
  for (const { name, values } of fields) {
    checkText(name, 'name of a field', alertLimits.name, 1);
    list(values, `values of ${name}`, conditions, alertLimits.field);
    if (values.length === 0) refuse(`values of ${name}`, 'need at least one');
  }
  checkMoment(expiresAt, 'expiresAt');
  checkText(reason, 'reason', alertLimits.field);
}

/** Refuses a filter that is too large; its shape is the compiler's, or the schema's, matter. */
export function checkAlertFilter(filter: AlertFilter): void {
  const lists = Object.values(filter).filter(Array.isArray);
  const size = lists.reduce((sum, list) => sum + list.length, 0);
  if (size > values) throw new StoreError('INVALID_FILTER', `A filter holds at most ${values} values, not ${size}.`);
  for (const value of lists.flat()) {
    if (typeof value !== 'string' || !value.isWellFormed()) {
      throw new StoreError('INVALID_FILTER', 'A text of the filter is not well-formed Unicode.');
    }
  }
}

export function checkAlertFacets(by: readonly AlertFacetField[]): void {
  if (by.length < 1 || by.length > 3) {
    throw new StoreError('INVALID_FILTER', `Facets of alerts are by 1 to 3 fields, not ${by.length}.`);
  }
}

export function checkAlertPage(page: PageRequest): void {
  checkPage(page);
}

/** Times are compared as text, so that they must be of one form. */
export function checkMoment(value: string, place: string): void {
  if (!momentUtc.test(value) || Number.isNaN(Date.parse(value))) {
    refuse(place, 'must be RFC 3339 in UTC with milliseconds, as 2026-01-31T12:00:00.000Z');
  }
}

function list(texts: readonly string[], place: string, most: number, longest: number = alertLimits.name): void {
  if (texts.length > most) refuse(place, `are ${texts.length}, over ${most}`);
  for (const entry of texts) checkText(entry, place, longest, 1);
}

/** Refuses a text that is empty where it must not be, too long, or no Unicode: INVALID_VALUE, naming the place. */
export function checkText(value: string, place: string, most: number, least = 0): void {
  if (typeof value !== 'string') refuse(place, 'must be a text');
  if (value.length < least) refuse(place, 'must not be empty');
  if (value.length > most) refuse(place, `is ${value.length} long, over ${most}`);
  if (!value.isWellFormed()) refuse(place, 'is not well-formed Unicode');
}

function refuse(place: string, problem: string): never {
  throw new StoreError('INVALID_VALUE', `${place}: ${problem}.`);
}
