import type { AuditEvent, AuditUser } from '../../collectors/audit/event.ts';
import type { Named } from './graph-view.ts';

/** Who sent a request, as the graph names identities. */
export interface Actor {
  /** Itself; a kubelet is its node, an anonymous caller the user of that name. */
  readonly identity: Named;
  /** Itself and its groups: whose rights it wields. */
  readonly wields: readonly Named[];
}

/** In whose name a request was answered: of the one impersonated, where there is one. */
export function actorOf({ record }: AuditEvent): Actor {
  return actor(record.impersonatedUser ?? record.user);
}

/** Whose credential a request came with. */
export function senderOf({ record }: AuditEvent): Actor {
  return actor(record.user);
}

function actor(user: AuditUser = {}): Actor {
  const { username = 'system:anonymous', groups = [] } = user;
  const identity = identityOf(username);
  return { identity, wields: [identity, ...groups.map((name): Named => ({ kind: 'Group', namespace: null, name }))] };
}

/** A service account, by the name it has as a user, else a user. */
export function identityOf(username: string): Named {
  const [, kind, namespace, name] = /^system:(serviceaccount):([^:]+):(.+)$/.exec(username) ?? [];
  return kind !== undefined && namespace !== undefined && name !== undefined
    ? { kind: 'ServiceAccount', namespace, name }
    : { kind: 'User', namespace: null, name: username };
}
