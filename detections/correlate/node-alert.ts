import type { NodeEvent } from '../engine/fields/syscall.ts';
import type { Alert } from '../engine/rule.ts';
import { type Severity, severities } from '../engine/severity.ts';

/** An alert that a sensor raised, with the event that fulfilled the rule; docs/protocol/sensor.md, section 4. */
export interface NodeAlert extends Alert {
  readonly event: NodeEvent;
}

/** A record of a sensor that is not what it should be. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** The event that a record is. Throws RecordError. */
export function readNodeEvent(text: string): NodeEvent {
  return objectOf(parsed(text), 'the record') as NodeEvent;
}

/** The alert that a record is. Throws RecordError, saying what is wrong. */
export function readNodeAlert(text: string): NodeAlert {
  const record = objectOf(parsed(text), 'the record');
  const { severity, techniques } = record;
  if (!severities.includes(severity as Severity))
    throw new RecordError(`severity must be one of ${severities.join(', ')}`);
  if (!Array.isArray(techniques) || !techniques.every((id) => typeof id === 'string'))
    throw new RecordError('techniques must be a list of texts');
  return {
    rule: textOf(record, 'rule'),
    severity: severity as Severity,
    techniques,
    time: textOf(record, 'time'),
    output: textOf(record, 'output'),
    fields: objectOf(record.fields, 'fields') as NodeAlert['fields'],
    event: objectOf(record.event, 'event') as NodeEvent,
  };
}

/** A field of an event that is a text and says something. */
export function saidBy(event: NodeEvent, field: string): string | null {
  const value = event[field];
  return typeof value === 'string' && value !== '' ? value : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RecordError('the record is no JSON');
  }
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new RecordError(`${what} must be a JSON object`);
}

function textOf(record: Readonly<Record<string, unknown>>, name: string): string {
  const value = record[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new RecordError(`${name} must be a text`);
}
