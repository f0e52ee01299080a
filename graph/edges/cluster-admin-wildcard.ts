import { ref } from '../model/ref.ts';
import type { PolicyRule } from '../model/rules.ts';
import { review } from './ask.ts';
import { because, type Derived, defineEdge, fact } from './define.ts';
import { ruleEvidence } from './rights.ts';

/** Whether one rule allows every verb on every resource of every group. */
export function isWildcard(rule: PolicyRule): boolean {
  return (
    rule.verbs.includes('*') &&
    rule.apiGroups.includes('*') &&
    rule.resources.includes('*') &&
    rule.resourceNames.length === 0
  );
}

export const clusterAdminWildcard = defineEdge({
  name: 'CLUSTER_ADMIN_WILDCARD',
  class: 'technique',
  attack: [{ id: 'T1078', name: 'Valid Accounts' }],
  from: ['PermissionSet', 'Group'],
  to: ['Cluster'],
  difficulty: 0,
  summary: 'Holds every right on everything: the cluster is taken.',
  precondition:
    'A ClusterRoleBinding to a role of which one rule has * in verbs, apiGroups and resources, without resourceNames; or membership of system:masters, which no binding can take away.',
  remediation:
    'Bind a role that lists what is used; keep cluster-admin for emergencies, and system:masters out of certificates.',
  references: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege'],
  asks: () => [[review('*', '*', { group: '*' })]],
  derive: {
    *PermissionSet(set, read): Iterable<Derived> {
      if (set.properties.scope != null) return;
      const rules = [...(set.properties.rules ?? []).entries()]
        .filter(([, rule]) => isWildcard(rule))
        .map(([index]) => index);
      if (rules.length > 0) yield { from: set.ref, to: read.cluster().ref, evidence: ruleEvidence(set, rules) };
    },
    *Group(group, read): Iterable<Derived> {
      if (group.ref !== ref('Group', null, 'system:masters')) return;
      yield { from: group.ref, to: read.cluster().ref, evidence: because(fact(group.ref, 'metadata.name')) };
    },
  },
});
