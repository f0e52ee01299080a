import type { Value } from '../engine/fields/field.ts';
import type { Alert } from '../engine/rule.ts';
import { severityOfFalco, techniquesOf } from '../engine/severity.ts';

/** An alert that Falco raised, from its JSON (falco.org/docs/outputs/formatting). */
export interface FalcoAlert extends Alert {
  /** `syscall`, `k8s_audit`, or that of a plugin. */
  readonly source: string;
  /** The node that Falco runs on, or the pod that it runs in; null where it does not say. */
  readonly hostname: string | null;
}

export class FalcoError extends Error {
  override readonly name = 'FalcoError';
}

/** Whether a JSON value is meant to be an alert of Falco. */
export function isFalcoAlert(value: unknown): boolean {
  return isObject(value) && 'rule' in value && 'priority' in value && 'output' in value;
}

/** Reads an alert as Falco writes it with json_output. Throws FalcoError, saying what is wrong. */
export function readFalcoAlert(value: unknown): FalcoAlert {
  if (!isObject(value)) throw new FalcoError('an alert of Falco is a JSON object');
  const { priority, time, output, output_fields: fields = {}, tags = [], source, hostname } = value;
  const severity = typeof priority === 'string' ? severityOfFalco(priority) : undefined;
  if (severity === undefined) throw new FalcoError(`priority ${JSON.stringify(priority)} is none of Falco’s`);
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time)))
    throw new FalcoError(`time ${JSON.stringify(time)} is none (RFC 3339)`);
  if (!isObject(fields)) throw new FalcoError('output_fields must be an object');
  if (!Array.isArray(tags)) throw new FalcoError('tags must be a list');
  const rule = value.rule;
  if (typeof rule !== 'string' || rule === '') throw new FalcoError('rule must be a text');
  return {
    rule,
    severity,
    techniques: techniquesOf(tags.filter((tag) => typeof tag === 'string')),
    time: new Date(time).toISOString(),
    output: typeof output === 'string' ? output : rule,
    fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldValue(field)])),
    source: typeof source === 'string' ? source : 'syscall',
    hostname: typeof hostname === 'string' && hostname !== '' ? hostname : null,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldValue(field: unknown): Value | null {
  if (field === null || field === undefined || field === '<NA>') return null;
  if (typeof field === 'string' || typeof field === 'number' || typeof field === 'boolean') return field;
  if (Array.isArray(field)) return field.map(String);
  return JSON.stringify(field);
}
