import type { NodeFact } from '../model/observation.ts';
import { ref } from '../model/ref.ts';
import { type Ask, review, takesNew } from './ask.ts';
import { grantToBeMade, roleToBeBound } from './binding-to-be-made.ts';
import { isWildcard } from './cluster-admin-wildcard.ts';
import { type Derived, type DerivedEdge, type DerivedNode, defineEdge, fact } from './define.ts';
import { fromHolders, type Holder } from './holder.ts';
import { namespacesOf, takesNewObjects } from './namespaces.ts';
import type { ModelNode, Read } from './read.ts';
import { clusterWide, grantOf, type Part, type Right, within } from './rights.ts';
import { adminRoles, namespacesWithAdminRoles, rbac } from './roles.ts';

const createBinding: Right = { verb: 'create', group: rbac, resource: 'rolebindings' };
const bind = { verb: 'bind', group: rbac } as const;

const resourceOf = { Role: 'roles', ClusterRole: 'clusterroles' } as const;
type Resource = (typeof resourceOf)[keyof typeof resourceOf];

/** A role that allows everything where it is bound. */
interface AdminRole {
  readonly resource: Resource;
  readonly name: string;
}

/** Whether a namespace is taken as a whole. */
type Takes = (namespace: string) => boolean;

/** What it takes to bind a role within a namespace without already holding its rules; without a name, any. */
function partsToBind(
  role: { readonly resource: Resource; readonly name?: string },
  namespace: string,
): readonly Part[] {
  return [within(namespace, createBinding), within(namespace, { ...bind, ...role })];
}

/** Where permission sets hold: namespaces, and (null) the whole cluster. */
function scopesOf(sets: readonly ModelNode<'PermissionSet'>[]): readonly (string | null)[] {
  return [...new Set(sets.map((set) => set.properties.scope ?? null))];
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
function* toNamespaces({ ref: from, sets, held }: Holder, read: Read): Iterable<DerivedEdge> {
  const scopes = scopesOf(sets);
  let everywhere = false;
  for (const role of scopes.includes(null) ? clusterAdminRoles(read) : []) {
    const evidence = held([clusterWide(createBinding), clusterWide({ ...bind, ...role })]);
    if (evidence.length === 0) continue;
    everywhere = true;
    const to = { members: 'Namespace', namespace: null } as const;
    yield { from, to, evidence: evidence.map((items) => [...items, roleFact(role, null)]) };
  }
  if (everywhere) return;
  // A right over the whole cluster is had in single namespaces only by what is in those: a Role of their own.
  const local = scopes.flatMap((scope) => scope ?? read.memo(namespacesWithAdminRoles, ''));
  for (const namespace of new Set(local)) {
    if (!takesNewObjects(namespace, read)) continue;
    for (const role of adminRolesIn(namespace, read)) {
      const evidence = held(partsToBind(role, namespace));
      if (evidence.length === 0) continue;
      const to = ref('Namespace', null, namespace);
      yield { from, to, evidence: evidence.map((items) => [...items, roleFact(role, namespace)]) };
    }
  }
}

/** What bindings to roles that allow less would grant, in namespaces that are not taken anyway. */
function* toGrants(holder: Holder, takes: Takes, read: Read): Iterable<Derived> {
  const { ref: from, sets, held, made } = holder;
  const scopes = scopesOf(sets);
  const namespaces = scopes.includes(null) ? namespacesOf(read) : scopes.flatMap((scope) => scope ?? []);
  for (const kind of ['ClusterRole', 'Role'] as const) {
    const resource = resourceOf[kind];
    const grants = sets.flatMap((set) => grantOf(set.properties.rules ?? [], { ...bind, resource }) ?? []);
    if (grants.length === 0) continue;
    const toBeBound = { members: 'PermissionSet', only: `of a ${kind} to be bound` } as const;
    const everywhere = scopes.includes(null)
      ? held([clusterWide(createBinding), clusterWide({ ...bind, resource })])
      : [];
    if (everywhere.length > 0) yield { from, to: { ...toBeBound, namespace: null }, evidence: everywhere };
    for (const namespace of namespaces) {
      if (!takesNewObjects(namespace, read)) continue;
      const calls = made && !takes(namespace);
      const any = everywhere.length > 0 ? everywhere : held(partsToBind({ resource }, namespace));
      if (any.length === 0) {
        const names = new Set(grants.flatMap(({ named }) => [...named.keys()]));
        yield* toNamedGrants(holder, kind, names, namespace, calls, read);
        continue;
      }
      if (any !== everywhere) yield { from, to: { ...toBeBound, namespace }, evidence: any };
      if (calls && kind === 'Role') yield* grantsOfRoles(namespace, read);
    }
  }
}

/** What every Role of a namespace would give there. */
function* grantsOfRoles(namespace: string, read: Read): Iterable<DerivedNode> {
  for (const role of read.all('Role', namespace)) {
    const node = grantOfLesser(role, namespace, read);
    if (node) yield { node };
  }
}

/** What bindings in a namespace to the roles of a kind that rules name would grant; it is called into being if `calls`. */
function* toNamedGrants(
  { ref: from, held }: Holder,
  kind: keyof typeof resourceOf,
  names: ReadonlySet<string>,
  namespace: string,
  calls: boolean,
  read: Read,
): Iterable<Derived> {
  for (const name of names) {
    const role = ref('Role', kind === 'Role' ? namespace : null, name);
    const evidence = held(partsToBind({ resource: resourceOf[kind], name }, namespace));
    const node = evidence.length > 0 ? grantOfLesser(role, namespace, read) : undefined;
    if (!node) continue;
    if (calls) yield { node };
    const to = ref('PermissionSet', namespace, node.name);
    yield { from, to, evidence: evidence.map((items) => [...items, fact(role, 'rules')]) };
  }
}

/** What a role would give in a namespace, if there is such a role and it allows less than everything. */
function grantOfLesser(roleRef: string, namespace: string, read: Read): NodeFact<'PermissionSet'> | undefined {
  const role = read.node('Role', roleRef);
  return role && !(role.properties.rules ?? []).some(isWildcard) ? grantToBeMade(role, namespace) : undefined;
}

/** A dry run of a binding to a role that allows everything: who holds all its rules is taken to hold the namespace, too. */
function bindingTo({ resource, name }: AdminRole, namespace: string): Ask {
  return {
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
  };
}

/** Bindings lead to whole namespaces, and where they do not, to what single roles grant there. */
function* byBinding(holder: Holder, read: Read): Iterable<Derived> {
  // What a namespace gives to whoever holds it leads nowhere but back.
  if (!holder.made && holder.sets.every((set) => roleToBeBound(set) === undefined)) return;
  const taken = [...toNamespaces(holder, read)];
  yield* taken;
  const takes: Takes = (namespace) =>
    taken.some(({ to }) => typeof to !== 'string' || to === ref('Namespace', null, namespace));
  yield* toGrants(holder, takes, read);
}

export const roleBindNamespace = defineEdge({
  name: 'ROLE_BIND_NAMESPACE',
  class: 'technique',
  attack: [{ id: 'T1098.006', name: 'Account Manipulation: Additional Container Cluster Roles' }],
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['Namespace', 'PermissionSet'],
  difficulty: 1,
  summary: 'Binds a role to an identity of its own, within a namespace, and wears what it grants there.',
  precondition:
    'create on rolebindings, and bind on a ClusterRole, or a Role of the namespace; both in the namespace, which is not being deleted, or cluster-wide, in one binding or several. bind is asked for in the namespace of the new binding, so that a Role suffices to bind a ClusterRole. A role that allows everything gives the namespace; another, named by resourceNames or a Role where any may be bound, the permission set of the binding to be made. Not modelled: a role whose rules it holds already, which gives nothing new; a role that may be bound only by what another binding to be made grants.',
  remediation:
    'Remove bind, or name by resourceNames the roles that may be handed on; do not leave roles that allow everything among them.',
  references: [
    'https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update',
    'https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/rbac/escalation_check.go',
  ],
  asks: (target, read): readonly (readonly Ask[])[] => {
    if (target.kind === 'Namespace')
      return adminRolesIn(target.name, read).map((role) => [bindingTo(role, target.name)]);
    const { namespace } = target;
    const role = namespace === null ? undefined : roleToBeBound(target);
    if (role === undefined) return [];
    const resource = resourceOf[role.kind];
    return [
      [
        review('create', 'rolebindings', { group: rbac, namespace }),
        review('bind', resource, { group: rbac, namespace, name: role.name }),
        takesNew(namespace),
      ],
    ];
  },
  derive: fromHolders(byBinding),
});
