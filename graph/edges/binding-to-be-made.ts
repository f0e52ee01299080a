import type { NodeFact } from '../model/observation.ts';
import { everythingWithin } from './namespace-admin.ts';
import type { ModelNode } from './read.ts';

/** A role by what a binding says of it: its kind, and its name. */
export interface RoleName {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
}

/**
 * What a binding that nobody has made yet would grant, in a namespace or (null) the cluster. It goes by the kind and the
 * name of the role, which is no name that a binding can have.
 */
export function grantToBeMade(role: ModelNode<'Role'>, scope: string | null): NodeFact<'PermissionSet'> {
  return {
    kind: 'PermissionSet',
    uid: null,
    namespace: scope,
    name: `${role.namespace === null ? 'ClusterRole' : 'Role'}/${role.name}`,
    properties: { rules: role.properties.rules ?? [], scope, role: role.ref, binding: null },
  };
}

/** The role of such a grant; undefined for the grant of a binding, and for what a namespace gives to whoever holds it. */
export function roleToBeBound({ namespace, name }: Pick<ModelNode, 'namespace' | 'name'>): RoleName | undefined {
  const [, kind, role] = /^(Role|ClusterRole)\/(.+)$/.exec(name) ?? [];
  if (kind === undefined || role === undefined || (namespace !== null && name === everythingWithin)) return undefined;
  return { kind: kind as RoleName['kind'], name: role };
}
