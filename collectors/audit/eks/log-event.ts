import { readKept } from '../cut-off.ts';
import type { AuditSource } from '../event.ts';
import { type ParsedAudit, refused } from '../parse.ts';

/** The streams of a log group /aws/eks/NAME/cluster that hold audit events; others hold the text logs of the control plane. */
export const auditStreams = 'kube-apiserver-audit-';

export function logGroupOf(cluster: string): string {
  return `/aws/eks/${cluster}/cluster`;
}

/** Reads the message of one log event: an event of audit.k8s.io, cut off or gone on in another where it is too large. */
export function readLogEvent(message: string, source: AuditSource): ParsedAudit {
  if (message.startsWith('{')) return readKept(message, source);
  return refused(source.pointer, 'this continues an event that was too large for one log event');
}
