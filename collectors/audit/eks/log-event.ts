import type { AuditSource, Fidelity, Json } from '../event.ts';
import { wholeMembers } from '../json-pieces.ts';
import { type ParsedAudit, readAudit, refused } from '../parse.ts';

/** The streams of a log group /aws/eks/NAME/cluster that hold audit events; others hold the text logs of the control plane. */
export const auditStreams = 'kube-apiserver-audit-';

export function logGroupOf(cluster: string): string {
  return `/aws/eks/${cluster}/cluster`;
}

const cutOff: Fidelity = { missing: ['record', 'requestObject', 'responseObject', 'podSpec'], inferred: [] };

/**
 * Reads the message of one log event: an event of audit.k8s.io. One that is too large for CloudWatch Logs is cut off, or goes
 * on in further log events: of its beginning, what is whole is read, since who acted on what stands there. Either is told of.
 */
export function readLogEvent(message: string, source: AuditSource): ParsedAudit {
  if (!message.startsWith('{'))
    return refused(source.pointer, 'this continues an event that was too large for one log event');
  const value = jsonOf(message);
  if (value !== undefined) return readAudit(value, source);
  const id = /"auditID":"([^"]{1,64})"/.exec(message)?.[1];
  const whole = jsonOf(wholeMembers(message) ?? '');
  const { events } = whole === undefined ? { events: [] } : readAudit(whole, source, cutOff);
  const rest = events.length > 0 ? 'what stands behind that is not known' : 'nothing of it is known';
  const told = `${id === undefined ? 'an event' : `event ${id}`} was too large for CloudWatch Logs and is cut off: ${rest}`;
  return { events, problems: refused(source.pointer, told).problems };
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
