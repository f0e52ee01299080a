import { ref } from '../model/ref.ts';
import { type Ask, review } from './ask.ts';
import { type DerivedEdge, defineEdge, fact } from './define.ts';
import { fromHolders, type Holder } from './holder.ts';
import type { ModelNode, Read } from './read.ts';
import { anyOf, clusterWide, type Part, within } from './rights.ts';
import { rbac } from './roles.ts';

const verbs = ['patch', 'update'];

/** Where a role lies: in a namespace, or (null) in the cluster. */
interface RoleName {
  readonly namespace: string | null;
  readonly name: string;
}

/** The role that a permission set comes from, and may be changed with effect on it. */
function roleOf(set: ModelNode<'PermissionSet'>, read: Read): RoleName | undefined {
  return read.node('Role', set.properties.role ?? '');
}

/** What it takes to write any rule into a role. */
function partsToChange({ namespace, name }: RoleName): readonly Part[] {
  const hold = (verb: string): Part =>
    namespace === null
      ? clusterWide({ verb, group: rbac, resource: 'clusterroles', name })
      : within(namespace, { verb, group: rbac, resource: 'roles', name });
  return [anyOf(verbs.map(hold)), hold('escalate')];
}

/** That one wears this very set. */
function worn(set: ModelNode<'PermissionSet'>): Part {
  return (each) => (each.ref === set.ref ? [[fact(set.properties.binding ?? set.ref, 'roleRef')]] : []);
}

/** Who changes the role of a binding of his own holds everything within the scope of that binding. */
function* byChange({ ref: from, sets, held }: Holder, read: Read): Iterable<DerivedEdge> {
  for (const set of sets) {
    const role = roleOf(set, read);
    // What a namespace gives to whoever holds it stands for no binding that is there.
    if (!role || set.properties.binding == null) continue;
    const evidence = held([worn(set), ...partsToChange(role)]);
    const scope = set.properties.scope ?? null;
    const to = scope === null ? read.cluster().ref : ref('Namespace', null, scope);
    if (evidence.length > 0) yield { from, to, evidence };
  }
}

export const escalate = defineEdge({
  name: 'ESCALATE',
  class: 'technique',
  attack: [{ id: 'T1098.006', name: 'Account Manipulation: Additional Container Cluster Roles' }],
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['Cluster', 'Namespace'],
  difficulty: 1,
  summary: 'Writes every right into a role that is bound to itself.',
  precondition:
    'patch or update, and escalate, on the ClusterRole of a binding of its own (cluster-wide), or on the Role of one (in its namespace or cluster-wide); in one binding or several; resourceNames apply. The right holds where that binding does: in the cluster, or in a namespace. Not modelled: changing the role of somebody else, or one that is aggregated into it.',
  remediation: 'Remove escalate: whoever manages roles needs it only to grant rights that he does not hold.',
  references: [
    'https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-creation-or-update',
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#escalate-verb',
  ],
  asks: (target, read): readonly (readonly Ask[])[] =>
    read
      .all('Binding')
      .flatMap((binding) => read.node('Binding', binding) ?? [])
      .filter(({ namespace }) => namespace === (target.kind === 'Cluster' ? null : target.name))
      .flatMap(({ namespace, name, properties }) => {
        const role = read.node('Role', properties.roleRef ?? '');
        if (role === undefined) return [];
        const resource = role.namespace === null ? 'clusterroles' : 'roles';
        const at = { group: rbac, namespace: role.namespace, name: role.name };
        return verbs.map((verb): readonly Ask[] => [
          { type: 'bound', namespace, name },
          review(verb, resource, at),
          review('escalate', resource, at),
        ]);
      }),
  derive: fromHolders(byChange),
});
