import type { AuditSource, Fidelity, Json } from './event.ts';
import { wholeMembers } from './json-pieces.ts';
import { type ParsedAudit, readAudit, refused } from './parse.ts';

const cutOff: Fidelity = { missing: ['record', 'requestObject', 'responseObject', 'podSpec'], inferred: [] };

/**
 * Reads the text of an event of audit.k8s.io as a log service kept it. Where it was too large for that, what is whole of its
 * beginning is read, since who acted on what stands there: padding a request must not hide it. That it was is told.
 */
export function readKept(text: string, source: AuditSource): ParsedAudit {
  const value = jsonOf(text);
  if (value !== undefined) return readAudit(value, source);
  const id = /"auditID":"([^"]{1,64})"/.exec(text)?.[1];
  const whole = jsonOf(wholeMembers(text) ?? '');
  const { events } = whole === undefined ? { events: [] } : readAudit(whole, source, cutOff);
  const rest = events.length > 0 ? 'what stands behind that is not known' : 'nothing of it is known';
  const told = `${id === undefined ? 'an event' : `event ${id}`} was too large and is cut off: ${rest}`;
  return { events, problems: refused(source.pointer, told).problems };
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
