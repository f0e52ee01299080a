import { hasCapability, isUnconfined, podWithNodeUsers, toNode } from './capabilities.ts';
import { type DerivedEdge, defineEdge } from './define.ts';
import { containerField } from './pods.ts';

/** To become the user of a process of the node that has no more capabilities, and still to write as root does. */
const needed = ['SETUID', 'SETGID', 'DAC_OVERRIDE'];

export const ceProcRoot = defineEdge({
  name: 'CE_PROC_ROOT',
  class: 'technique',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  from: ['Container'],
  to: ['Node'],
  difficulty: 3,
  summary: "Reads and writes the node's files through /proc/PID/root of one of its processes.",
  precondition:
    'hostPID, and root (or where the image decides the user) with the capabilities SETUID, SETGID and DAC_OVERRIDE, which are there by default, or privileged; and no AppArmor profile: privileged, Unconfined, or none named and a server before 1.31 or unknown. The pod is bound to a node and has not ended. That the node runs a process with no more capabilities than the container is taken for granted; SELinux is not looked at.',
  remediation: 'Drop hostPID, or run as a user other than root and drop all capabilities.',
  references: [
    'https://man7.org/linux/man-pages/man5/proc_pid_root.5.html',
    'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  ],
  derive: {
    *Container(container, read): Iterable<DerivedEdge> {
      if (!needed.every((capability) => hasCapability(container, capability))) return;
      const pod = podWithNodeUsers(container, read);
      if (pod?.properties.hostPid !== true || !isUnconfined(container, read)) return;
      yield* toNode(container, pod, ['spec.hostPID', containerField(container, 'securityContext')], read);
    },
  },
});
