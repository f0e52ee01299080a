import { hasCapability, isUnconfined, podWithNodeUsers, powerField, toNode } from './capabilities.ts';
import { type DerivedEdge, defineEdge } from './define.ts';

export const ceSysPtrace = defineEdge({
  name: 'CE_SYS_PTRACE',
  class: 'technique',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  from: ['Container'],
  to: ['Node'],
  difficulty: 2,
  summary: 'Writes code into a process of the node that runs as root, as a debugger does.',
  precondition:
    'hostPID, and privileged or the capabilities SYS_PTRACE and SYS_ADMIN as root (ALL means all), and no AppArmor profile: privileged, Unconfined, or none named and a server before 1.31 or unknown. The pod is bound to a node and has not ended. A seccomp or SELinux policy of its own is not looked at.',
  remediation: 'Drop hostPID, SYS_PTRACE and SYS_ADMIN; keep the AppArmor profile of the runtime.',
  references: [
    'https://man7.org/linux/man-pages/man2/ptrace.2.html',
    'https://kubernetes.io/docs/tutorials/security/apparmor/',
  ],
  derive: {
    *Container(container, read): Iterable<DerivedEdge> {
      if (!hasCapability(container, 'SYS_PTRACE') || !hasCapability(container, 'SYS_ADMIN')) return;
      const pod = podWithNodeUsers(container, read);
      if (pod?.properties.hostPid !== true || !isUnconfined(container, read)) return;
      yield* toNode(container, pod, ['spec.hostPID', powerField(container)], read);
    },
  },
});
