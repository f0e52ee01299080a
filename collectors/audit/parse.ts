import type { AuditEvent, AuditSource, Fidelity, Json } from './event.ts';
import { normalise } from './normalise.ts';
import { AuditRecordError, auditRecord, isObject } from './record.ts';

/** Something that could not be read; the rest went in. */
export interface AuditProblem {
  /** Such as `audit.log:17`, with `items[3]` within a list. */
  readonly place: string;
  readonly message: string;
}

export interface ParsedAudit {
  readonly events: readonly AuditEvent[];
  readonly problems: readonly AuditProblem[];
}

/** The API server cuts a batch at 10 MiB by default, and no request has more than 3 MiB. */
export const mostJsonBytes = 64 << 20;

/** Whether JSON is of audit.k8s.io, by what it says of itself, or by the fields that only such events have. */
export function isAuditJson(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  if (typeof value.apiVersion === 'string' && value.apiVersion.startsWith('audit.k8s.io/')) return true;
  return value.auditID !== undefined && value.stage !== undefined;
}

/**
 * Reads JSON text that is an Event or an EventList of audit.k8s.io, or whatever `read` reads. `source.pointer` becomes the
 * place in messages.
 */
export function parseAudit(
  text: string,
  source: AuditSource,
  read: (value: Json, source: AuditSource) => ParsedAudit = readAudit,
): ParsedAudit {
  if (text.length > mostJsonBytes) return refused(source.pointer, `more than ${mostJsonBytes >> 20} MiB in one piece`);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return refused(source.pointer, `this is not JSON: ${(error as Error).message}`);
  }
  return read(value, source);
}

/** Nothing but something that could not be read. */
export function refused(place: string, message: string): ParsedAudit {
  return { events: [], problems: [{ place, message }] };
}

export function together(parts: readonly ParsedAudit[]): ParsedAudit {
  return { events: parts.flatMap(({ events }) => events), problems: parts.flatMap(({ problems }) => problems) };
}

/**
 * Reads an Event or an EventList. What is wrong with one event of a list leaves the others.
 *
 * @param fidelity what the source, or what became of the record on its way, took from it
 */
export function readAudit(value: Json, source: AuditSource, fidelity?: Fidelity): ParsedAudit {
  const read = (event: Json, place: string): ParsedAudit => {
    try {
      return { events: [normalise(auditRecord(event), source, fidelity)], problems: [] };
    } catch (error) {
      if (!(error instanceof AuditRecordError)) throw error;
      return refused(place, error.message);
    }
  };
  if (!isObject(value) || !Array.isArray(value.items)) return read(value, source.pointer);
  return together(
    (value.items as readonly Json[]).map((event, index) => read(event, `${source.pointer} items[${index}]`)),
  );
}
