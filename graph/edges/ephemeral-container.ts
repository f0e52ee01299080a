import { ref } from '../model/ref.ts';
import { type Ask, review } from './ask.ts';
import { type Derived, type DerivedEdge, defineEdge, fact } from './define.ts';
import { overObjects } from './permission-edge.ts';
import { admitsPrivileged, takesPrivileged } from './pod-security.ts';
import type { ModelNode, Read } from './read.ts';
import { grantOf, ruleEvidence } from './rights.ts';

const resource = 'pods/ephemeralcontainers';
const verbs = ['patch', 'update'];
const overPods = overObjects('Pod', () => verbs.map((verb) => ({ verb, group: '', resource })));

/** A privileged container is root on the node: of any pod in reach that takes one, or of those that the rules name. */
function* toNodes(set: ModelNode<'PermissionSet'>, read: Read): Iterable<DerivedEdge> {
  const scope = set.properties.scope ?? null;
  const namespace = scope === null ? undefined : read.node('Namespace', ref('Namespace', null, scope));
  if (scope !== null && (!namespace || !admitsPrivileged(namespace, read))) return;
  for (const verb of verbs) {
    const grant = grantOf(set.properties.rules ?? [], { verb, group: '', resource });
    if (!grant) continue;
    if (grant.all.length > 0) {
      const to = { members: 'Node', namespace: scope, only: 'with a pod open to privileged containers' } as const;
      yield { from: set.ref, to, evidence: ruleEvidence(set, grant.all) };
    }
    for (const [name, rules] of grant.named) {
      for (const podRef of scope === null ? read.named('Pod', name) : [ref('Pod', scope, name)]) {
        const pod = read.node('Pod', podRef);
        if (!pod || !takesPrivileged(pod, read)) continue;
        const evidence = ruleEvidence(set, rules).map((items) => [...items, fact(pod.ref, 'spec.nodeName')]);
        for (const to of read.out(pod.ref, 'RUNS_ON')) yield { from: set.ref, to, evidence };
      }
    }
  }
}

/** Whether the API server takes a privileged container for a pod, whoever may bring it. */
function addPrivileged(pod: ModelNode): Ask {
  const container = { name: 'portolan-dry-run', image: 'example.com/none', securityContext: { privileged: true } };
  return {
    type: 'dryRun',
    as: 'controller',
    method: 'PATCH',
    path: `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/ephemeralcontainers?dryRun=All`,
    body: { spec: { ephemeralContainers: [container] } },
  };
}

function mayAdd(pod: ModelNode): readonly (readonly Ask[])[] {
  return verbs.map((verb) => [review(verb, resource, { namespace: pod.namespace, name: pod.name })]);
}

export const ephemeralContainer = defineEdge({
  name: 'EPHEMERAL_CONTAINER',
  class: 'technique',
  attack: [
    { id: 'T1609', name: 'Container Administration Command' },
    { id: 'T1611', name: 'Escape to Host' },
  ],
  from: ['PermissionSet'],
  to: ['Pod', 'Node'],
  difficulty: 2,
  summary:
    'Adds a container of its own to a running pod, with the volumes of the pod, its token among them; a privileged one takes the node.',
  precondition:
    'patch or update on pods/ephemeralcontainers, in the namespace of the pod; resourceNames apply; get on pods is not needed. For the node, Pod Security admits privileged pods in the namespace, the pod shares the user namespace of its node, and is no static pod. Not modelled: Pod Security refuses any change where the pod as it is violates the level; static pods take no container.',
  remediation: 'Remove pods/ephemeralcontainers from the role; grant it for a limited time, or to single pods.',
  references: [
    'https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/',
    'https://kubernetes.io/docs/concepts/security/pod-security-admission/',
  ],
  asks: (target, read): readonly (readonly Ask[])[] => {
    if (target.kind === 'Pod') return mayAdd(target);
    return read
      .in(target.ref, 'RUNS_ON')
      .flatMap((ref) => read.node('Pod', ref) ?? [])
      .flatMap((pod) => mayAdd(pod).map((asks) => [...asks, addPrivileged(pod)]));
  },
  derive: {
    *PermissionSet(set, read): Iterable<Derived> {
      yield* overPods(set, read);
      yield* toNodes(set, read);
    },
  },
});
