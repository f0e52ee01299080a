import type { NodeFact } from '../model/observation.ts';
import { ref } from '../model/ref.ts';
import { type Ask, review } from './ask.ts';
import { type Derived, defineEdge } from './define.ts';
import { fromHolders, type Holder } from './holder.ts';
import { isNodeUser } from './member-of.ts';
import { namespacesOf } from './namespaces.ts';
import { overObjects } from './permission-edge.ts';
import type { Read } from './read.ts';
import { clusterWide, grantOf, type Part, type Right, ruleEvidence } from './rights.ts';

const users: Right = { verb: 'impersonate', group: '', resource: 'users' };
const groups: Right = { verb: 'impersonate', group: '', resource: 'groups' };
const accounts: Right = { verb: 'impersonate', group: '', resource: 'serviceaccounts' };

/** A request that impersonates a group must impersonate somebody, too: whoever that is, existing or not. */
const anybody: Part = (set) => {
  const rules = set.properties.rules ?? [];
  const allowed = set.properties.scope == null ? [users, accounts] : [accounts];
  return allowed.flatMap((right) => {
    const grant = grantOf(rules, right);
    return grant === null ? [] : ruleEvidence(set, [...grant.all, ...[...grant.named.values()].flat()]);
  });
};

/** No binding needs to name system:masters for it to be all-powerful. */
const masters: NodeFact<'Group'> = {
  kind: 'Group',
  uid: null,
  namespace: null,
  name: 'system:masters',
  properties: {},
};

/** The groups within reach: all of them, and those that the rules name. */
function* toGroups({ ref: from, sets, held }: Holder): Iterable<Derived> {
  const all = held([clusterWide(groups), anybody]);
  if (all.length > 0) {
    yield { node: masters };
    yield { from, to: { members: 'Group', namespace: null }, evidence: all };
  }
  const names = sets.flatMap((set) => [...(grantOf(set.properties.rules ?? [], groups)?.named.keys() ?? [])]);
  for (const name of new Set(names)) {
    const evidence = held([clusterWide({ ...groups, name }), anybody]);
    if (evidence.length === 0) continue;
    if (name === masters.name) yield { node: masters };
    yield { from, to: ref('Group', null, name), evidence };
  }
}

const byGroups = fromHolders(toGroups);
const toAccounts = overObjects('ServiceAccount', () => [accounts]);
const toUsers = overObjects('User', () => [users]);

/** Whom the rules of the chart name, and one whom none names: enough to ask whether anybody may be impersonated. */
function asAnybody(read: Read): readonly Ask[] {
  const named = read
    .all('Role')
    .flatMap((role) => read.node('Role', role)?.properties.rules ?? [])
    .flatMap((rule) => rule.resourceNames);
  const namespaces = namespacesOf(read);
  return [...new Set(['anybody', ...named])].flatMap((name) => [
    review('impersonate', 'users', { name }),
    ...namespaces.map((namespace) => review('impersonate', 'serviceaccounts', { namespace, name })),
  ]);
}

export const impersonate = defineEdge({
  name: 'IMPERSONATE',
  class: 'technique',
  attack: [{ id: 'T1078', name: 'Valid Accounts' }],
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['ServiceAccount', 'User', 'Group'],
  difficulty: 1,
  summary: 'Sends requests in the name of somebody else, by the Impersonate headers.',
  precondition:
    'impersonate on serviceaccounts, in the namespace of the account; or on users, cluster-wide; or on groups, cluster-wide, and on any user or service account, since a request names one with the group; resourceNames apply. Not modelled: the users of nodes (who need the group system:nodes as well), uids and userextras, and the verbs of constrained impersonation.',
  remediation:
    'Remove the verb impersonate, or name by resourceNames whom it may be used for; never grant it on groups.',
  references: [
    'https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation',
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#impersonate-verb',
  ],
  asks: ({ kind, namespace, name }, read): readonly (readonly Ask[])[] => {
    if (kind === 'ServiceAccount') return [[review('impersonate', 'serviceaccounts', { namespace, name })]];
    if (kind === 'User') return isNodeUser(name) ? [] : [[review('impersonate', 'users', { name })]];
    return asAnybody(read).map((somebody) => [review('impersonate', 'groups', { name }), somebody]);
  },
  derive: {
    ...byGroups,
    *PermissionSet(set, read): Iterable<Derived> {
      yield* toAccounts(set, read);
      for (const edge of toUsers(set, read)) {
        const toNode = 'to' in edge && typeof edge.to === 'string' && isNodeUser(edge.to.slice('User/'.length));
        if (!toNode) yield edge;
      }
      yield* byGroups.PermissionSet(set, read);
    },
  },
});
