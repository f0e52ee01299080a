/** What the name of a cgroup tells of whose it is. */
export interface Container {
  /** 64 hexadecimal digits; null for what belongs to a pod but to none of its containers. */
  readonly id: string | null;
  readonly runtime: 'containerd' | 'cri-o' | 'docker' | 'podman' | 'unknown';
  /** As metadata.uid of the pod shows it; for a static pod its kubernetes.io/config.hash, without dashes. */
  readonly podUid: string | null;
  /** What the node's disk tells of it; undefined where nothing does. */
  readonly details?: ContainerDetails;
}

/** Of a container; null what is not known. */
export interface ContainerDetails {
  readonly name: string | null;
  /** As the pod names it. */
  readonly image: string | null;
  readonly pod: string | null;
  readonly namespace: string | null;
  readonly privileged: boolean | null;
  /** What of the node it can see: `source:dest:mode:rdwr:propagation`, with blanks between. */
  readonly mounts: string | null;
}

const runtimes: Readonly<Record<string, Container['runtime']>> = {
  'cri-containerd': 'containerd',
  crio: 'cri-o',
  docker: 'docker',
  libpod: 'podman',
};

const uuid = /[0-9a-f]{8}(?<dash>[-_])(?:[0-9a-f]{4}\k<dash>){3}[0-9a-f]{12}|[0-9a-f]{32}/.source;
// Kubernetes pkg/kubelet/cm/cgroup_manager_linux.go (ToSystemd escapes dashes) and pod_container_manager_linux.go:
// `pod<uid>` with the cgroupfs driver; `kubepods[-burstable|-besteffort]-pod<uid>.slice` with systemd's, with
// --cgroup-root's name in front.
const podName = new RegExp(`^(?:[\\w-]*kubepods(?:-burstable|-besteffort)?-)?pod(${uuid})(?:\\.slice)?$`);
// `<prefix>-<id>.scope` with systemd's driver, `[crio-]<id>` with cgroupfs'. conmon watches a container from outside it.
const containerName = /^(?:(cri-containerd|crio|docker|libpod)-)?([0-9a-f]{64})(?:\.scope)?$/;
// containerd with cgroupfs' driver where the kubelet has systemd's, and the other way round.
const joined = /^([^:]+):([^:]+):([^:]+)$/;

/**
 * The container of a cgroup path (components from the root down), or null on the host. In a pod it is the one that the
 * kubelet made, whatever runs nested within.
 */
export function containerOf(path: readonly string[]): Container | null {
  const names = path.flatMap((name) => {
    const [, slice, prefix, id] = joined.exec(name) ?? [];
    return slice === undefined ? [name] : [slice, `${prefix}-${id}.scope`];
  });
  // The last: a node may itself be a container, whose cgroup then holds those of its pods.
  const podAt = names.findLastIndex((name) => podName.test(name));
  const within = names.slice(podAt + 1);
  const found = within.map((name) => containerName.exec(name)).find((match) => match !== null);
  if (podAt === -1 && !found) return null;
  const [, prefix, id] = found ?? [];
  const parent = found ? within[within.indexOf(found[0]) - 1] : undefined;
  const runtime = runtimes[prefix ?? ''] ?? (parent === 'docker' ? 'docker' : 'unknown');
  const uid = podName.exec(names[podAt] ?? '')?.[1]?.replaceAll('_', '-') ?? null;
  return { id: id ?? null, runtime, podUid: uid };
}
