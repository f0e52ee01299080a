import type { NodeKind } from '../model/kinds.ts';
import { targetSetRef } from '../model/ref.ts';
import { because, type Derived, defineEdge, fact } from './define.ts';
import { mayRun } from './pods.ts';
import type { ModelNode, Read } from './read.ts';

/** A member hangs from the set it belongs to, where some right has called that set into being. */
function* member(node: ModelNode, namespace: string | null, read: Read): Iterable<Derived> {
  const set = targetSetRef(node.kind, namespace);
  if (read.node('TargetSet', set)) yield { from: set, to: node.ref, evidence: because(fact(node.ref, 'metadata')) };
}

const namespacedMembers: readonly NodeKind[] = ['Pod', 'ServiceAccount'];

/** Leads from the target set of a right to its members, so that a right over many objects is one edge. */
export const targetMember = defineEdge({
  name: 'TARGET_MEMBER',
  class: 'link',
  attack: [],
  from: ['TargetSet'],
  to: ['TargetSet', 'Pod', 'ServiceAccount', 'Node'],
  difficulty: 0,
  summary: 'A right over all objects of a kind is a right over each of them.',
  precondition: 'The object is of the kind, and in the namespace, that the right covers; a pod must not have ended.',
  remediation: 'Narrow the right: to a namespace, or to single objects by resourceNames.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources'],
  derive: {
    Pod: (pod, read) => (mayRun(pod) ? member(pod, pod.namespace, read) : []),
    ServiceAccount: (account, read) => member(account, account.namespace, read),
    Node: (node, read) => member(node, null, read),
    // The set of the whole cluster links to the sets of its namespaces, not to each member again.
    *Namespace(namespace, read): Iterable<Derived> {
      for (const members of namespacedMembers) {
        const whole = targetSetRef(members, null);
        if (!read.node('TargetSet', whole)) continue;
        yield {
          from: whole,
          to: { members, namespace: namespace.name },
          evidence: because(fact(namespace.ref, 'metadata')),
        };
      }
    },
  },
});
