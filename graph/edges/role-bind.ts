import type { Evidence } from '../model/graph.ts';
import { ref } from '../model/ref.ts';
import type { Ask } from './ask.ts';
import { type Derive, type DerivedEdge, defineEdge, fact } from './define.ts';
import type { Read } from './read.ts';
import { clusterWide, conjunctionOf, heldBy, type Part } from './rights.ts';
import { adminRoles, rbac } from './roles.ts';

/** What it takes to bind one ClusterRole cluster-wide without already holding its rules. */
function partsToBind(role: string): readonly Part[] {
  return [
    clusterWide({ verb: 'create', group: rbac, resource: 'clusterrolebindings' }),
    clusterWide({ verb: 'bind', group: rbac, resource: 'clusterroles', name: role }),
  ];
}

function rolesToBind(read: Read): readonly string[] {
  return read.memo(adminRoles, '');
}

function* toCluster(from: string, held: (parts: readonly Part[]) => Evidence, read: Read): Iterable<DerivedEdge> {
  for (const role of rolesToBind(read)) {
    const target = fact(ref('Role', null, role), 'rules');
    const evidence = held(partsToBind(role)).map((items) => [...items, target]);
    if (evidence.length > 0) yield { from, to: read.cluster().ref, evidence };
  }
}

/** Rights that lie in several bindings: the edge starts at the identity, or the smallest group, that holds them together. */
const together: Derive<'ServiceAccount' | 'User' | 'Group'> = (identity, read) =>
  toCluster(identity.ref, (parts) => conjunctionOf(identity.ref, parts, read), read);

export const roleBind = defineEdge({
  name: 'ROLE_BIND',
  class: 'technique',
  attack: [{ id: 'T1098.006', name: 'Account Manipulation: Additional Container Cluster Roles' }],
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['Cluster'],
  difficulty: 1,
  summary: 'Binds a role that allows everything to an identity of its own.',
  precondition:
    'create on clusterrolebindings, and bind on a ClusterRole that allows everything; in one binding or several, cluster-wide.',
  remediation:
    'Remove bind, or name by resourceNames the roles that may be handed on; watch who may create clusterrolebindings.',
  references: [
    'https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update',
    'https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/rbac/escalation_check.go',
  ],
  asks: (_cluster, read): readonly (readonly Ask[])[] =>
    rolesToBind(read).map((role): readonly Ask[] => [
      {
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
      },
    ]),
  derive: {
    PermissionSet: (set, read) => toCluster(set.ref, (parts) => heldBy(set, parts), read),
    ServiceAccount: together,
    User: together,
    Group: together,
  },
});
