import { hasCapability, isUnconfined, podWithNodeUsers, powerField, toNode } from './capabilities.ts';
import { type DerivedEdge, defineEdge } from './define.ts';

/** What setns(2) into the mount namespace of another process takes, and ptrace(2) to open it under /proc. */
const needed = ['SYS_ADMIN', 'SYS_PTRACE', 'SYS_CHROOT'];

export const ceNsenter = defineEdge({
  name: 'CE_NSENTER',
  class: 'technique',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  from: ['Container'],
  to: ['Node'],
  difficulty: 1,
  summary: "Enters the namespaces of the node's first process, and is root on the node.",
  precondition:
    'hostPID, and either privileged, or the capabilities SYS_ADMIN, SYS_PTRACE and SYS_CHROOT (ALL means all; SYS_CHROOT is there by default) as root and without an AppArmor profile (Unconfined, or none named and a server before 1.31 or unknown). The pod is bound to a node and has not ended. A seccomp or SELinux policy of its own is not looked at.',
  remediation: 'Drop hostPID and privileged; enforce Pod Security level baseline or restricted on the namespace.',
  references: [
    'https://man7.org/linux/man-pages/man2/setns.2.html',
    'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  ],
  derive: {
    *Container(container, read): Iterable<DerivedEdge> {
      if (!needed.every((capability) => hasCapability(container, capability))) return;
      const pod = podWithNodeUsers(container, read);
      if (pod?.properties.hostPid !== true || !isUnconfined(container, read)) return;
      yield* toNode(container, pod, ['spec.hostPID', powerField(container)], read);
    },
  },
});
