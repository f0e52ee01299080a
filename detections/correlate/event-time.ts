import type { AuditEvent } from '../../collectors/audit/event.ts';

/** When a request was received, in milliseconds since the epoch; 0 where the record does not say. */
export function eventTime({ record }: AuditEvent): number {
  const time = Date.parse(record.requestReceivedTimestamp ?? record.stageTimestamp ?? '');
  return Number.isNaN(time) ? 0 : time;
}

/** Kubelets, controllers and what runs in kube-system, as the macro system_actor of the rules has it. */
export function isSystem({ derived }: AuditEvent): boolean {
  const { actorKind, actorServiceAccount } = derived;
  return actorKind === 'system' || actorKind === 'node' || actorServiceAccount?.namespace === 'kube-system';
}
