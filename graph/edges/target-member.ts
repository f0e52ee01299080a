import { targetSetRef } from '../model/ref.ts';
import { roleToBeBound } from './binding-to-be-made.ts';
import { because, type Derived, defineEdge, fact, type TargetSet, type TargetSubset } from './define.ts';
import { heldTokens, withTokenOn } from './held-tokens.ts';
import { isNodeUser } from './member-of.ts';
import { takesNewObjects } from './namespaces.ts';
import { takesPrivileged } from './pod-security.ts';
import { mayRun } from './pods.ts';
import type { ModelNode, Read } from './read.ts';
import { isGuessable } from './token-bruteforce.ts';
import { workloadKindsIn } from './workloads.ts';

/** A member hangs from the set it belongs to, where some right has called that set into being. */
function* member(node: ModelNode, namespace: string | null, read: Read, only?: TargetSubset): Iterable<Derived> {
  const set = targetSetRef(node.kind, namespace, only);
  if (read.node('TargetSet', set)) yield { from: set, to: node.ref, evidence: because(fact(node.ref, 'metadata')) };
}

/** The account of a pod whose token lies on the pod's node: the kubelet keeps the volumes of every container there. */
function* tokensOnNode(pod: ModelNode<'Pod'>, read: Read): Iterable<Derived> {
  for (const node of read.out(pod.ref, 'RUNS_ON')) {
    const set = targetSetRef('ServiceAccount', null, withTokenOn(node));
    if (!read.node('TargetSet', set)) continue;
    for (const ref of read.out(pod.ref, 'HAS_CONTAINER')) {
      const container = read.node('Container', ref);
      if (!container) continue;
      for (const { account, where } of heldTokens(container, pod, read)) {
        yield { from: set, to: account, evidence: because(where, fact(pod.ref, 'spec.nodeName')) };
      }
    }
  }
}

/** The node of a pod that lets an attacker's own privileged container onto it. */
function* openNode(pod: ModelNode<'Pod'>, read: Read): Iterable<Derived> {
  const set = targetSetRef('Node', pod.namespace, 'with a pod open to privileged containers');
  if (!read.node('TargetSet', set) || !takesPrivileged(pod, read)) return;
  for (const node of read.out(pod.ref, 'RUNS_ON')) {
    yield { from: set, to: node, evidence: because(fact(pod.ref, 'spec.nodeName')) };
  }
}

type SetName = Pick<TargetSet, 'members' | 'only'>;

/** The sets of the whole cluster that are made of the like in each namespace. */
const everywhere: readonly SetName[] = [
  { members: 'Pod' },
  { members: 'ServiceAccount' },
  { members: 'ServiceAccount', only: 'with a token Secret' },
  { members: 'ServiceAccount', only: 'with a guessable token Secret' },
  { members: 'Secret' },
  { members: 'Node', only: 'with a pod open to privileged containers' },
];

/** Those that are made of the like in each namespace that takes new objects: bindings. */
const whereBindingsAreTaken: readonly SetName[] = [
  { members: 'PermissionSet', only: 'of a Role to be bound' },
  { members: 'PermissionSet', only: 'of a ClusterRole to be bound' },
];

/** A set of the whole cluster leads to one of a namespace, where some right has called it into being. */
function* part(of: SetName, set: SetName, namespace: ModelNode<'Namespace'>, read: Read): Iterable<Derived> {
  const from = targetSetRef(of.members, null, of.only);
  const to = { ...set, namespace: namespace.name };
  if (read.node('TargetSet', from)) yield { from, to, evidence: because(fact(namespace.ref, 'metadata')) };
}

/** Leads from the target set of a right to its members, so that a right over many objects is one edge. */
export const targetMember = defineEdge({
  name: 'TARGET_MEMBER',
  class: 'link',
  attack: [],
  from: ['TargetSet'],
  to: ['TargetSet', 'Pod', 'ServiceAccount', 'Secret', 'Node', 'User', 'Group', 'Namespace', 'PermissionSet'],
  difficulty: 0,
  summary: 'A right over all objects of a kind is a right over each of them.',
  precondition:
    'The object is of the kind, and in the namespace, that the right covers; a pod must not have ended; a namespace that is being deleted takes nothing new.',
  remediation: 'Narrow the right: to a namespace, or to single objects by resourceNames.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources'],
  derive: {
    *Pod(pod, read): Iterable<Derived> {
      if (!mayRun(pod)) return;
      yield* member(pod, pod.namespace, read);
      yield* tokensOnNode(pod, read);
      yield* openNode(pod, read);
    },
    *ServiceAccount(account, read): Iterable<Derived> {
      const { namespace } = account;
      yield* member(account, namespace, read);
      const tokens = read.in(account.ref, 'SECRET_IS_TOKEN_FOR');
      if (tokens.length > 0) yield* member(account, namespace, read, 'with a token Secret');
      if (tokens.some(isGuessable)) yield* member(account, namespace, read, 'with a guessable token Secret');
    },
    Secret: (secret, read) => member(secret, secret.namespace, read),
    // A node's user is nobody without the group system:nodes, which a right over users does not give.
    User: (user, read) => (isNodeUser(user.name) ? [] : member(user, null, read)),
    *PermissionSet(set, read): Iterable<Derived> {
      const role = roleToBeBound(set);
      if (role === undefined) return;
      if (set.namespace === null) yield* member(set, null, read, 'of a binding to be made');
      else yield* member(set, set.namespace, read, `of a ${role.kind} to be bound`);
    },
    Group: (group, read) => member(group, null, read),
    Node: (node, read) => member(node, null, read),
    // The set of the whole cluster links to the sets of its namespaces, not to each member again.
    *Namespace(namespace, read): Iterable<Derived> {
      for (const set of everywhere) yield* part(set, set, namespace, read);
      if (!takesNewObjects(namespace.name, read)) return;
      yield* member(namespace, null, read);
      for (const set of whereBindingsAreTaken) yield* part(set, set, namespace, read);
      for (const members of ['ServiceAccount', 'Secret'] as const) {
        yield* part({ members, only: 'where objects may be created' }, { members }, namespace, read);
      }
      for (const kind of read.memo(workloadKindsIn, namespace.name)) {
        const members = 'ServiceAccount';
        yield* part({ members, only: `beside a ${kind}` }, { members }, namespace, read);
      }
    },
  },
});
