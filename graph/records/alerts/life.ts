import { randomUUID } from 'node:crypto';
import { recordId } from '../../model/id.ts';
import type { Alert } from './alert.ts';
import type { Act, AuditAction, AuditEntry, LifeChange } from './port.ts';
import type { Suppression, SuppressionRule } from './suppression.ts';

/** The alert after a change; the same object when it changes nothing. What is resolved stays so. */
export function changedLife(alert: Alert, to: LifeChange): Alert {
  return alert.state === to || alert.state === 'RESOLVED' ? alert : { ...alert, state: to };
}

export function newSuppression(rule: SuppressionRule, { who, at }: Act): Suppression {
  return { ...rule, id: recordId('Suppression', [randomUUID()]), createdAt: at, createdBy: who };
}

/** The line of the audit trail for an act. */
export function auditEntry(
  action: AuditAction,
  { id, cluster, namespace }: Pick<Suppression, 'id' | 'cluster' | 'namespace'>,
  { who, at, note }: Act,
): AuditEntry {
  return { id: recordId('Audit', [randomUUID()]), action, about: id, cluster, namespace, who, at, note };
}
