import type { ActorKind, AuditDerived, AuditEvent, AuditRecord, AuditSource, Fidelity, FidelityPart } from './event.ts';
import { workloadOf } from './pod-spec.ts';

const sessions: Readonly<Record<string, string>> = { exec: 'exec', attach: 'attach', portforward: 'portforward' };

/** What a record of this source always lacks or had inferred; nothing of one that came as the API server wrote it. */
export const fullFidelity: Fidelity = { missing: [], inferred: [] };

/** Reads a record with what is known of Kubernetes. Never throws for a record whose types have been checked. */
export function normalise(record: AuditRecord, source: AuditSource, fidelity: Fidelity = fullFidelity): AuditEvent {
  const { workload, podSpec, partial } = workloadOf(record);
  const username = record.user?.username ?? '';
  const account = serviceAccount(username);
  const derived: AuditDerived = {
    action: actionOf(record),
    workload,
    podSpec,
    allowed: allowedOf(record),
    actorKind: actorKind(username, account !== null),
    actorServiceAccount: account,
    clientIp: record.sourceIPs?.at(-1) ?? null,
  };
  return { record, source, derived, fidelity: withLosses(record, fidelity, partial) };
}

/** Websocket clients ask for exec by get, SPDY clients by create. */
function actionOf({ verb, objectRef }: AuditRecord): string {
  const { resource, subresource = '' } = objectRef ?? {};
  const session = resource === 'pods' && Object.hasOwn(sessions, subresource) ? sessions[subresource] : undefined;
  return session ?? verb;
}

function allowedOf({ annotations, responseStatus }: AuditRecord): boolean | null {
  const decision = annotations?.['authorization.k8s.io/decision'];
  if (decision === 'allow') return true;
  if (decision === 'forbid') return false;
  const code = responseStatus?.code;
  return typeof code === 'number' ? code !== 401 && code !== 403 : null;
}

function serviceAccount(username: string): AuditDerived['actorServiceAccount'] {
  if (!username.startsWith('system:serviceaccount:')) return null;
  const [, , namespace = '', name = ''] = username.split(':');
  return { namespace, name };
}

function actorKind(username: string, isServiceAccount: boolean): ActorKind {
  if (isServiceAccount) return 'serviceaccount';
  if (username === '' || username === 'system:anonymous') return 'anonymous';
  if (username.startsWith('system:node:')) return 'node';
  return username.startsWith('system:') ? 'system' : 'user';
}

/** What the level of the audit policy, or a limit of the API server, kept out of this record. */
function withLosses(record: AuditRecord, fidelity: Fidelity, partialSpec: boolean): Fidelity {
  const missing: FidelityPart[] = [];
  if (record.level === 'Metadata') missing.push('requestObject', 'responseObject');
  else if (record.level === 'Request') missing.push('responseObject');
  if (partialSpec) missing.push('podSpec');
  // --audit-log-truncate-enabled and its likes leave this mark.
  if (record.annotations?.['audit.k8s.io/truncated'] === 'true') missing.push('record');
  if (missing.length === 0) return fidelity;
  return { ...fidelity, missing: [...fidelity.missing, ...missing] };
}
