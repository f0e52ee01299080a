import { because, type Derived, defineEdge, fact } from './define.ts';
import { containerField, runningPodOf } from './pods.ts';

/** A privileged container reaches the disks of its node. */
export const cePrivMount = defineEdge({
  name: 'CE_PRIV_MOUNT',
  class: 'technique',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  from: ['Container'],
  to: ['Node'],
  difficulty: 1,
  summary: "Mounts the node's disk from a privileged container and writes to it, which gives root on the node.",
  precondition: 'securityContext.privileged is true, and the pod is bound to a node and has not ended.',
  remediation: 'Drop privileged; enforce Pod Security level baseline or restricted on the namespace.',
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline'],
  derive: {
    *Container(container, read): Iterable<Derived> {
      if (container.properties.privileged !== true) return;
      const pod = runningPodOf(container, read);
      if (!pod) return;
      for (const node of read.out(pod.ref, 'RUNS_ON')) {
        const evidence = because(fact(pod.ref, containerField(container, 'securityContext.privileged')));
        yield { from: container.ref, to: node, evidence };
      }
    },
  },
});
