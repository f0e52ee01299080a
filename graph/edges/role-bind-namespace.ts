import type { Evidence } from '../model/graph.ts';
import { ref } from '../model/ref.ts';
import type { Ask } from './ask.ts';
import { type Derive, type DerivedEdge, defineEdge, fact } from './define.ts';
import type { Read } from './read.ts';
import { clusterWide, conjunctionOf, heldBy, type NamedRight, type Part, setsOf, within } from './rights.ts';
import { adminRoles, namespacesWithAdminRoles, rbac } from './roles.ts';

const createBinding: NamedRight = { verb: 'create', group: rbac, resource: 'rolebindings' };

/** A role that allows everything where it is bound. */
interface AdminRole {
  readonly resource: 'clusterroles' | 'roles';
  readonly name: string;
}

function adminRolesIn(namespace: string, read: Read): readonly AdminRole[] {
  const local = read.memo(adminRoles, namespace).map((name): AdminRole => ({ resource: 'roles', name }));
  return [...clusterAdminRoles(read), ...local];
}

function clusterAdminRoles(read: Read): readonly AdminRole[] {
  return read.memo(adminRoles, '').map((name): AdminRole => ({ resource: 'clusterroles', name }));
}

function roleFact({ resource, name }: AdminRole, namespace: string | null) {
  return fact(ref('Role', resource === 'roles' ? namespace : null, name), 'rules');
}

/** The namespaces within reach: all of them by a right over the whole cluster, or single ones. */
function* toNamespaces(
  from: string,
  scopes: readonly (string | null)[],
  held: (parts: readonly Part[]) => Evidence,
  read: Read,
): Iterable<DerivedEdge> {
  let everywhere = false;
  for (const role of scopes.includes(null) ? clusterAdminRoles(read) : []) {
    const bind = { verb: 'bind', group: rbac, ...role };
    const evidence = held([clusterWide(createBinding), clusterWide(bind)]);
    if (evidence.length === 0) continue;
    everywhere = true;
    const to = { members: 'Namespace', namespace: null } as const;
    yield { from, to, evidence: evidence.map((items) => [...items, roleFact(role, null)]) };
  }
  if (everywhere) return;
  // A right over the whole cluster is had in single namespaces only by what is in those: a Role of their own.
  const local = scopes.flatMap((scope) => scope ?? read.memo(namespacesWithAdminRoles, ''));
  for (const namespace of new Set(local)) {
    for (const role of adminRolesIn(namespace, read)) {
      const bind = { verb: 'bind', group: rbac, ...role };
      const evidence = held([within(namespace, createBinding), within(namespace, bind)]);
      if (evidence.length === 0) continue;
      const to = ref('Namespace', null, namespace);
      yield { from, to, evidence: evidence.map((items) => [...items, roleFact(role, namespace)]) };
    }
  }
}

/** Rights that lie in several bindings: the edge starts at the identity, or the smallest group, that holds them together. */
const together: Derive<'ServiceAccount' | 'User' | 'Group'> = (identity, read) =>
  toNamespaces(
    identity.ref,
    setsOf(identity.ref, read).map((set) => set.properties.scope ?? null),
    (parts) => conjunctionOf(identity.ref, parts, read),
    read,
  );

export const roleBindNamespace = defineEdge({
  name: 'ROLE_BIND_NAMESPACE',
  class: 'technique',
  attack: [{ id: 'T1098.006', name: 'Account Manipulation: Additional Container Cluster Roles' }],
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['Namespace'],
  difficulty: 1,
  summary: 'Binds a role that allows everything to an identity of its own, within a namespace.',
  precondition:
    'create on rolebindings, and bind on a ClusterRole, or a Role of the namespace, that allows everything; both in the namespace or cluster-wide, in one binding or several. bind is asked for in the namespace of the new binding, so that a Role suffices to bind a ClusterRole. Not modelled: binding a role that allows less.',
  remediation:
    'Remove bind, or name by resourceNames the roles that may be handed on; do not leave roles that allow everything among them.',
  references: [
    'https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update',
    'https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/rbac/escalation_check.go',
  ],
  asks: ({ name: namespace }, read): readonly (readonly Ask[])[] =>
    adminRolesIn(namespace, read).map(({ resource, name }): readonly Ask[] => [
      {
        type: 'dryRun',
        as: 'identity',
        path: `/apis/${rbac}/v1/namespaces/${namespace}/rolebindings?dryRun=All`,
        body: {
          apiVersion: `${rbac}/v1`,
          kind: 'RoleBinding',
          metadata: { name: 'portolan-dry-run' },
          roleRef: { apiGroup: rbac, kind: resource === 'roles' ? 'Role' : 'ClusterRole', name },
          subjects: [{ apiGroup: rbac, kind: 'User', name: 'portolan-dry-run' }],
        },
      },
    ]),
  derive: {
    *PermissionSet(set, read): Iterable<DerivedEdge> {
      // What a namespace gives to whoever holds it leads nowhere but back.
      if (set.properties.binding == null) return;
      yield* toNamespaces(set.ref, [set.properties.scope ?? null], (parts) => heldBy(set, parts), read);
    },
    ServiceAccount: together,
    User: together,
    Group: together,
  },
});
