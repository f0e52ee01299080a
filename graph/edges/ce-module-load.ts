import { hasCapability, podWithNodeUsers, powerField, toNode } from './capabilities.ts';
import { type DerivedEdge, defineEdge } from './define.ts';

export const ceModuleLoad = defineEdge({
  name: 'CE_MODULE_LOAD',
  class: 'technique',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  from: ['Container'],
  to: ['Node'],
  difficulty: 2,
  summary: 'Loads a kernel module of its own making, and is the kernel of the node.',
  precondition:
    'Privileged, or the capability SYS_MODULE as root (ALL means all; dropping it by name takes it away again); hostUsers is not false; the pod is bound to a node and has not ended. Whether the kernel takes unsigned modules does not show.',
  remediation: 'Drop SYS_MODULE and privileged; make the kernel ask for signed modules.',
  references: [
    'https://man7.org/linux/man-pages/man2/init_module.2.html',
    'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  ],
  derive: {
    *Container(container, read): Iterable<DerivedEdge> {
      if (!hasCapability(container, 'SYS_MODULE')) return;
      const pod = podWithNodeUsers(container, read);
      if (pod) yield* toNode(container, pod, [powerField(container)], read);
    },
  },
});
