import type { Evidence } from '../model/graph.ts';
import type { NodeFact } from '../model/observation.ts';
import { ref } from '../model/ref.ts';
import { type Ask, review } from './ask.ts';
import { type Derive, type Derived, defineEdge, fact } from './define.ts';
import type { ModelNode, Read } from './read.ts';
import { clusterWide, conjunctionOf, grantOf, heldBy, type NamedRight, type Part, setsOf } from './rights.ts';
import { adminRoles, rbac } from './roles.ts';

const create = clusterWide({ verb: 'create', group: rbac, resource: 'clusterrolebindings' });
const bind: NamedRight = { verb: 'bind', group: rbac, resource: 'clusterroles' };

/** What it takes to bind one ClusterRole cluster-wide without already holding its rules; without a name, any. */
function partsToBind(name?: string): readonly Part[] {
  return [create, clusterWide(name === undefined ? bind : { ...bind, name })];
}

/** What a binding that nobody has made yet would grant goes by a name that no binding can have. */
const unmade = 'ClusterRole/';

function grantOfUnmade(role: ModelNode<'Role'>): NodeFact<'PermissionSet'> {
  return {
    kind: 'PermissionSet',
    uid: null,
    namespace: null,
    name: `${unmade}${role.name}`,
    properties: { rules: role.properties.rules ?? [], scope: null, role: role.ref, binding: null },
  };
}

/** From whom, with what: the sets are looked through for roles that are named. */
interface Holder {
  readonly from: string;
  readonly sets: readonly ModelNode<'PermissionSet'>[];
  readonly held: (parts: readonly Part[]) => Evidence;
  /** Whether its bindings are there: one to be made calls no others into being, or they would hold each other up. */
  readonly made: boolean;
}

function* reachedBy({ from, sets, held, made }: Holder, read: Read): Iterable<Derived> {
  const admin = read.memo(adminRoles, '');
  for (const name of admin) {
    const target = fact(ref('Role', null, name), 'rules');
    const evidence = held(partsToBind(name)).map((items) => [...items, target]);
    if (evidence.length > 0) yield { from, to: read.cluster().ref, evidence };
  }
  const any = held(partsToBind());
  if (any.length > 0) {
    yield { from, to: { members: 'PermissionSet', namespace: null, only: 'of a binding to be made' }, evidence: any };
  }
  const names = sets.flatMap((set) => [...(grantOf(set.properties.rules ?? [], bind)?.named.keys() ?? [])]);
  for (const name of new Set(names)) {
    const role = admin.includes(name) ? undefined : read.node('Role', ref('Role', null, name));
    const evidence = role === undefined ? [] : held(partsToBind(name));
    if (role === undefined || evidence.length === 0) continue;
    const node = grantOfUnmade(role);
    if (made) yield { node };
    const target = fact(role.ref, 'rules');
    yield {
      from,
      to: ref('PermissionSet', null, node.name),
      evidence: evidence.map((items) => [...items, target]),
    };
  }
}

/** Rights that lie in several bindings: the edge starts at the identity, or the smallest group, that holds them together. */
const together: Derive<'ServiceAccount' | 'User' | 'Group'> = (identity, read) => {
  const held = (parts: readonly Part[]): Evidence => conjunctionOf(identity.ref, parts, read);
  return reachedBy({ from: identity.ref, sets: setsOf(identity.ref, read), held, made: true }, read);
};

/** A dry run of a binding to a role that allows everything: who holds all its rules is taken to be the cluster, too. */
function bindingTo(role: string): Ask {
  return {
    type: 'dryRun',
    as: 'identity',
    path: `/apis/${rbac}/v1/clusterrolebindings?dryRun=All`,
    body: {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'portolan-dry-run' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'portolan-dry-run' }],
    },
  };
}

export const roleBind = defineEdge({
  name: 'ROLE_BIND',
  class: 'technique',
  attack: [{ id: 'T1098.006', name: 'Account Manipulation: Additional Container Cluster Roles' }],
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['Cluster', 'PermissionSet'],
  difficulty: 1,
  summary: 'Binds a ClusterRole to an identity of its own, and wears what it grants.',
  precondition:
    'create on clusterrolebindings, and bind on a ClusterRole; in one binding or several, cluster-wide. A role that allows everything gives the cluster; another, named by resourceNames, the permission set of the binding to be made. Not modelled: a role whose rules it holds already, which gives nothing new; a role that may be bound only by what another binding to be made grants.',
  remediation:
    'Remove bind, or name by resourceNames the roles that may be handed on; watch who may create clusterrolebindings.',
  references: [
    'https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update',
    'https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/rbac/escalation_check.go',
  ],
  asks: ({ kind, namespace, name }, read): readonly (readonly Ask[])[] => {
    if (kind === 'Cluster') return read.memo(adminRoles, '').map((role) => [bindingTo(role)]);
    if (namespace !== null || !name.startsWith(unmade)) return [];
    return [
      [
        review('create', 'clusterrolebindings', { group: rbac }),
        review('bind', 'clusterroles', { group: rbac, name: name.slice(unmade.length) }),
      ],
    ];
  },
  derive: {
    PermissionSet: (set, read) => {
      const held = (parts: readonly Part[]): Evidence => heldBy(set, parts);
      return reachedBy({ from: set.ref, sets: [set], held, made: set.properties.binding != null }, read);
    },
    ServiceAccount: together,
    User: together,
    Group: together,
  },
});
