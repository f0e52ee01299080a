import { ref } from '../model/ref.ts';
import { type Ask, review } from './ask.ts';
import { grantToBeMade, roleToBeBound } from './binding-to-be-made.ts';
import { type Derived, defineEdge, fact } from './define.ts';
import { fromHolders, type Holder } from './holder.ts';
import type { Read } from './read.ts';
import { clusterWide, grantOf, type NamedRight, type Part } from './rights.ts';
import { adminRoles, rbac } from './roles.ts';

const create = clusterWide({ verb: 'create', group: rbac, resource: 'clusterrolebindings' });
const bind: NamedRight = { verb: 'bind', group: rbac, resource: 'clusterroles' };

/** What it takes to bind one ClusterRole cluster-wide without already holding its rules; without a name, any. */
function partsToBind(name?: string): readonly Part[] {
  return [create, clusterWide(name === undefined ? bind : { ...bind, name })];
}

function* reachedBy({ ref: from, sets, held, made }: Holder, read: Read): Iterable<Derived> {
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
    const node = grantToBeMade(role, null);
    if (made) yield { node };
    const target = fact(role.ref, 'rules');
    yield {
      from,
      to: ref('PermissionSet', null, node.name),
      evidence: evidence.map((items) => [...items, target]),
    };
  }
}

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
    const role = namespace === null ? roleToBeBound({ namespace, name }) : undefined;
    if (role === undefined) return [];
    return [
      [
        review('create', 'clusterrolebindings', { group: rbac }),
        review('bind', 'clusterroles', { group: rbac, name: role.name }),
      ],
    ];
  },
  derive: fromHolders(reachedBy),
});
