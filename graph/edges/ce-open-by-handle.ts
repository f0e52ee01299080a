import { hasCapability, podWithNodeUsers, powerField, toNode } from './capabilities.ts';
import { type DerivedEdge, defineEdge } from './define.ts';

export const ceOpenByHandle = defineEdge({
  name: 'CE_OPEN_BY_HANDLE',
  class: 'technique',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  from: ['Container'],
  to: ['Node'],
  difficulty: 3,
  summary:
    "Opens files of the node by handle, from any file of the node that is mounted, such as /etc/hosts: reads the kubelet's key, and with DAC_OVERRIDE writes as well.",
  precondition:
    'Privileged, or the capability DAC_READ_SEARCH as root (ALL means all); hostUsers is not false; the pod is bound to a node and has not ended. A seccomp or SELinux policy of its own is not looked at.',
  remediation: 'Drop DAC_READ_SEARCH and privileged.',
  references: [
    'https://man7.org/linux/man-pages/man2/open_by_handle_at.2.html',
    'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  ],
  derive: {
    *Container(container, read): Iterable<DerivedEdge> {
      if (!hasCapability(container, 'DAC_READ_SEARCH')) return;
      const pod = podWithNodeUsers(container, read);
      if (pod) yield* toNode(container, pod, [powerField(container)], read);
    },
  },
});
