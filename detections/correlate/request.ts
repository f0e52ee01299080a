import type { AuditRecord } from '../../collectors/audit/event.ts';

type Said = Partial<AuditRecord> &
  Pick<AuditRecord, 'verb' | 'objectRef'> & { readonly as: string; readonly at: string };

/** An audit record for histories: who did it, when (the time of a day), and what; it succeeded unless it says otherwise. */
export function request({ as, at, ...said }: Said): AuditRecord {
  const { verb, objectRef } = said;
  return {
    auditID: `${at} ${as} ${verb} ${objectRef?.resource}/${objectRef?.subresource ?? ''} ${objectRef?.name ?? ''}`,
    stage: 'ResponseComplete',
    level: 'Metadata',
    user: { username: as, groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    responseStatus: { code: verb === 'create' ? 201 : 200 },
    requestReceivedTimestamp: `2026-01-31T${at}.000000Z`,
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    ...said,
  };
}

/** What differs in a record of a request that was refused. */
export const refused = {
  responseStatus: { code: 403, reason: 'Forbidden' },
  annotations: { 'authorization.k8s.io/decision': 'forbid' },
} as const;
