import { hasCapability, isUnconfined, podWithNodeUsers, powerField, toNode } from './capabilities.ts';
import { type DerivedEdge, defineEdge } from './define.ts';
import type { Read } from './read.ts';

/** The first kubelet that does not start on a node with cgroup v1, unless told to (failCgroupV1 of its configuration). */
const firstWithoutV1 = 35;

function mayHaveCgroupV1(nodeRef: string, read: Read): boolean {
  const minor = /^v1\.(\d+)/.exec(read.node('Node', nodeRef)?.properties.kubeletVersion ?? '')?.[1];
  return minor === undefined || Number(minor) < firstWithoutV1;
}

export const ceCgroupReleaseAgent = defineEdge({
  name: 'CE_CGROUP_RELEASE_AGENT',
  class: 'technique',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  from: ['Container'],
  to: ['Node'],
  difficulty: 3,
  summary: 'Mounts a cgroup v1 hierarchy and names a release agent, which the kernel of the node runs as root.',
  precondition:
    'Privileged, or the capability SYS_ADMIN as root (ALL means all) without an AppArmor profile (Unconfined, or none named and a server before 1.31 or unknown); hostUsers is not false; the pod is bound to a node, whose kubelet is older than 1.35 or unknown, and has not ended. Whether an older node still has cgroup v1 does not show; a seccomp or SELinux policy of its own is not looked at.',
  remediation: 'Drop SYS_ADMIN and privileged; move the nodes to cgroup v2.',
  references: [
    'https://docs.kernel.org/admin-guide/cgroup-v1/cgroups.html#what-does-notify-on-release-do',
    'https://kubernetes.io/docs/concepts/architecture/cgroups/',
  ],
  derive: {
    *Container(container, read): Iterable<DerivedEdge> {
      if (!hasCapability(container, 'SYS_ADMIN')) return;
      const pod = podWithNodeUsers(container, read);
      if (!pod || !isUnconfined(container, read)) return;
      for (const edge of toNode(container, pod, [powerField(container)], read)) {
        if (mayHaveCgroupV1(edge.to, read)) yield edge;
      }
    },
  },
});
