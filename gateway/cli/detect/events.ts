import type { AuditEvent, Json } from '../../../collectors/audit/event.ts';
import { topLevelValues } from '../../../collectors/audit/json-pieces.ts';
import { mostJsonBytes, readAudit } from '../../../collectors/audit/parse.ts';
import { isObject } from '../../../collectors/audit/record.ts';
import { readWrapped } from '../../../collectors/audit/shapes.ts';
import type { SourceName } from '../../../detections/engine/fields/sources.ts';
import type { NodeEvent } from '../../../detections/engine/fields/syscall.ts';
import type { Alert } from '../../../detections/engine/rule.ts';
import { FalcoError, isFalcoAlert, readFalcoAlert } from '../../../detections/import/falco.ts';
import { linesOf } from './lines.ts';

/** What comes out of the input, in its order. */
export type Read =
  | { readonly kind: 'syscall'; readonly event: NodeEvent }
  | { readonly kind: 'k8s_audit'; readonly event: AuditEvent }
  /** What Falco found on its own. */
  | { readonly kind: 'alert'; readonly alert: Alert }
  /** Something that is no event; the rest goes on. */
  | { readonly kind: 'problem'; readonly place: string; readonly message: string };

/**
 * Reads events: one JSON value a line, or one JSON text over many lines; each value an audit event, a list of them, an array
 * of events, a line of the sensor, or an alert of Falco.
 *
 * @param name for places, such as the name of the file
 * @param source what they are; null to see it from each
 */
export async function* readEvents(
  chunks: AsyncIterable<Buffer>,
  name: string,
  source: SourceName | null,
): AsyncGenerator<Read> {
  let spread: string[] | null = null; // the lines of one text over many
  let spreadBytes = 0;
  let first = true;
  for await (const line of linesOf(chunks, mostJsonBytes)) {
    if ('tooLong' in line) {
      yield problem(`${name}:${line.tooLong}`, `the line is longer than ${mostJsonBytes >> 20} MiB`);
      continue;
    }
    if (spread !== null) {
      spreadBytes += line.text.length;
      if (spreadBytes > mostJsonBytes) {
        yield problem(name, `one JSON text of more than ${mostJsonBytes >> 20} MiB: give one event a line`);
        return;
      }
      spread.push(line.text);
      continue;
    }
    if (line.text.trim() === '') continue;
    const place = `${name}:${line.number}`;
    try {
      yield* eventsOf(JSON.parse(line.text) as Json, place, source);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // Firehose writes one after the other, without a newline between them.
      if (/after JSON/.test(error.message)) yield* eventsSideBySide(line.text, place, source);
      // The first line of a text over many is no JSON by itself, but begins some.
      else if (first && /^\s*[[{]/.test(line.text) && /end of JSON|Expected/.test(error.message)) spread = [line.text];
      else yield problem(place, `this is not JSON: ${error.message}`);
    }
    first = false;
  }
  if (spread === null) return;
  try {
    yield* eventsOf(JSON.parse(spread.join('\n')) as Json, name, source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    yield problem(name, `this is not JSON: ${error.message}`);
  }
}

function* eventsSideBySide(text: string, place: string, source: SourceName | null): Generator<Read> {
  for (const part of topLevelValues(text)) {
    try {
      yield* eventsOf(JSON.parse(part) as Json, place, source);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      yield problem(place, `this is not JSON: ${error.message}`);
    }
  }
}

function problem(place: string, message: string): Read {
  return { kind: 'problem', place, message };
}

function* eventsOf(value: Json, place: string, source: SourceName | null): Generator<Read> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* eventsOf(item as Json, `${place} [${index}]`, source);
    return;
  }
  if (source === null && isFalcoAlert(value)) {
    yield falcoAlert(value, place);
    return;
  }
  const from = { provider: 'selfmanaged', route: 'file', cluster: null, pointer: place } as const;
  const audit = source !== 'syscall' && isObject(value) ? readWrapped(value, from) : null;
  if (audit !== null || source === 'k8s_audit') {
    const { events, problems } = audit ?? readAudit(value, from);
    for (const event of events) yield { kind: 'k8s_audit', event };
    for (const { place, message } of problems) yield problem(place, message);
  } else if (isObject(value) && typeof value['evt.type'] === 'string') {
    yield nodeEvent(value as NodeEvent, place);
  } else if (source === 'syscall') {
    yield problem(place, 'evt.type is missing: this is no node event');
  } else {
    yield problem(
      place,
      'this is neither an audit event (of audit.k8s.io, or as a cloud hands it on), nor a node event (with evt.type), nor an alert of Falco',
    );
  }
}

function falcoAlert(value: Json, place: string): Read {
  try {
    const { rule, severity, techniques, time, output, fields } = readFalcoAlert(value);
    return { kind: 'alert', alert: { rule, severity, techniques, time, output, fields } };
  } catch (error) {
    if (!(error instanceof FalcoError)) throw error;
    return problem(place, error.message);
  }
}

/** The sensor says what it lost by an event of the type drop. */
function nodeEvent(event: NodeEvent, place: string): Read {
  if (event['evt.type'] !== 'drop') return { kind: 'syscall', event };
  const count = event['drop.count'] ?? 'an unknown number of';
  return problem(place, `the sensor lost ${count} events here (${event['drop.where']}: ${event['drop.reason']})`);
}
