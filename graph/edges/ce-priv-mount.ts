import { podWithNodeUsers, powerField, toNode } from './capabilities.ts';
import { type DerivedEdge, defineEdge } from './define.ts';

/** A privileged container reaches the disks of its node. */
export const cePrivMount = defineEdge({
  name: 'CE_PRIV_MOUNT',
  class: 'technique',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  from: ['Container'],
  to: ['Node'],
  difficulty: 1,
  summary: "Mounts the node's disk from a privileged container and writes to it, which gives root on the node.",
  precondition:
    'securityContext.privileged is true, hostUsers is not false, and the pod is bound to a node and has not ended.',
  remediation: 'Drop privileged; enforce Pod Security level baseline or restricted on the namespace.',
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline'],
  derive: {
    *Container(container, read): Iterable<DerivedEdge> {
      if (container.properties.privileged !== true) return;
      const pod = podWithNodeUsers(container, read);
      if (pod) yield* toNode(container, pod, [powerField(container)], read);
    },
  },
});
