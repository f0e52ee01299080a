import { ref } from '../model/ref.ts';
import { because, type DerivedEdge, defineEdge, fact } from './define.ts';

const authenticated = 'system:authenticated';
const unauthenticated = 'system:unauthenticated';
const serviceAccounts = 'system:serviceaccounts';

/** Whether a user is a node, as its kubelet's certificate names it. */
export function isNodeUser(name: string): boolean {
  return name.startsWith('system:node:');
}

function* memberships(member: string, groups: readonly string[]): Iterable<DerivedEdge> {
  for (const group of groups) {
    yield { from: member, to: ref('Group', null, group), evidence: because(fact(member, 'metadata.name')) };
  }
}

/** An identity and the groups that the API server puts it in without being asked. */
export const memberOf = defineEdge({
  name: 'MEMBER_OF',
  class: 'link',
  attack: [],
  from: ['ServiceAccount', 'User', 'Group'],
  to: ['Group'],
  difficulty: 0,
  summary: 'An identity carries the rights of the groups it is in.',
  precondition:
    'Every service account is in system:serviceaccounts, system:serviceaccounts:<namespace> and system:authenticated; every user and group but the anonymous ones in system:authenticated; every node in system:nodes.',
  remediation: 'Bind roles to single identities; leave the built-in groups to what Kubernetes itself binds to them.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects'],
  derive: {
    ServiceAccount: (account) =>
      memberships(account.ref, [
        'system:serviceaccounts',
        `system:serviceaccounts:${account.namespace}`,
        authenticated,
      ]),
    User: (user) => {
      if (user.name === 'system:anonymous') return memberships(user.ref, [unauthenticated]);
      return memberships(user.ref, isNodeUser(user.name) ? ['system:nodes', authenticated] : [authenticated]);
    },
    Group: (group) => {
      if (group.name === authenticated || group.name === unauthenticated) return [];
      const accounts = group.name.startsWith(`${serviceAccounts}:`) ? [serviceAccounts] : [];
      return memberships(group.ref, [...accounts, authenticated]);
    },
  },
});
