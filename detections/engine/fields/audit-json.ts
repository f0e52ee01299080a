import type { AuditEvent, Json, JsonObject } from '../../../collectors/audit/event.ts';
import type { Argument, Field, Getter } from './field.ts';

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A key of an object. */
export function at(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A path of keys, in which a number picks an item of a list. */
export function deep(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value;
  for (const key of path) {
    if (Array.isArray(found)) found = /^\d+$/.test(key) ? (found as readonly Json[])[Number(key)] : undefined;
    else found = at(found, key);
  }
  return found;
}

/** Text as it is, anything else as JSON, as the plugins show it. */
export function jsonText(value: Json | undefined): string | undefined {
  if (typeof value === 'string' || value === undefined) return value;
  if (value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The items of a list, or the one at an index. */
export function picked(value: Json | undefined, index: string | null): readonly Json[] | undefined {
  if (!Array.isArray(value)) return undefined;
  if (index === null) return value as readonly Json[];
  const item = (value as readonly Json[])[Number(index)];
  return item === undefined ? undefined : [item];
}

export function everyText(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(jsonText).filter((text) => text !== undefined) : [];
}

/** A list of texts; undefined, which is missing, where it is empty. */
export function listOf(texts: readonly (string | undefined)[] | undefined): readonly string[] | undefined {
  const present = texts?.filter((text) => text !== undefined) ?? [];
  return present.length === 0 ? undefined : present;
}

const always = (): boolean => true;

/** A field of the source k8s_audit: all of them are texts. */
export function auditField(
  name: string,
  list: boolean,
  argument: Argument,
  getter: (argument: string | null) => Getter<AuditEvent>,
): Field<AuditEvent> {
  return { name, type: 'text', list, argument, delivered: always, getter };
}
