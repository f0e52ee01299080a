import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Container, ContainerDetails } from './container.ts';

/** Finds what the node's disk tells of a container; undefined where it tells nothing. Never throws. */
export type FindDetails = (container: Container) => ContainerDetails | undefined;

const mostBytes = 1 << 20;

/**
 * Looks where runtimes and the kubelet keep their state, below `root`: by default the file system of process 1, as a container
 * of our own has another. Of what it reads it keeps four names, the mounts, and whether the container is
 * privileged; an OCI configuration holds environments, too.
 */
export function containerDetails(root = '/proc/1/root'): FindDetails {
  return (container) => fromRuntime(root, container) ?? fromKubelet(root, container);
}

function fromRuntime(root: string, { id }: Container): ContainerDetails | undefined {
  if (id === null) return undefined;
  for (const { file, names } of runtimes) {
    const content = readJson(join(root, file(id)));
    if (content === undefined) continue;
    const labels = record(names.labels.reduce<unknown>((value, key) => record(value)[key], content));
    const text = (key: string): string | null => (typeof labels[key] === 'string' ? labels[key] : null);
    const image = names.image.reduce<unknown>((value, key) => record(value)[key], content);
    return {
      name: text(names.container),
      image: typeof image === 'string' ? image : null,
      pod: text(names.pod),
      namespace: text(names.namespace),
      privileged: isPrivileged(content),
      mounts: mountsOf(content),
    };
  }
  return undefined;
}

interface Runtime {
  /** Relative to the root of the node. */
  readonly file: (id: string) => string;
  readonly names: {
    /** The way to the labels, and of a label. */
    readonly labels: readonly string[];
    readonly container: string;
    readonly pod: string;
    readonly namespace: string;
    /** The way to it. */
    readonly image: readonly string[];
  };
}

// containerd pkg/cri/annotations and runtime/v2; cri-o pkg/annotations and its storage; kubelet dockershim's labels.
const runtimes: readonly Runtime[] = [
  {
    file: (id) => `run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/config.json`,
    names: {
      labels: ['annotations'],
      container: 'io.kubernetes.cri.container-name',
      pod: 'io.kubernetes.cri.sandbox-name',
      namespace: 'io.kubernetes.cri.sandbox-namespace',
      image: ['annotations', 'io.kubernetes.cri.image-name'],
    },
  },
  {
    file: (id) => `run/containers/storage/overlay-containers/${id}/userdata/config.json`,
    names: {
      labels: ['annotations'],
      container: 'io.kubernetes.container.name',
      pod: 'io.kubernetes.pod.name',
      namespace: 'io.kubernetes.pod.namespace',
      image: ['annotations', 'io.kubernetes.cri-o.ImageName'],
    },
  },
  {
    file: (id) => `var/lib/docker/containers/${id}/config.v2.json`,
    names: {
      labels: ['Config', 'Labels'],
      container: 'io.kubernetes.container.name',
      pod: 'io.kubernetes.pod.name',
      namespace: 'io.kubernetes.pod.namespace',
      image: ['Config', 'Image'],
    },
  },
];

/**
 * No configuration says so, but all that is left out of one for privileged containers does (containerd, pkg/oci, WithPrivileged;
 * CRI-O, server/container_create.go): null where it is none of the OCI.
 */
function isPrivileged(content: unknown): boolean | null {
  const { linux, process } = record(content);
  const { bounding } = record(record(process).capabilities);
  if (!Array.isArray(bounding)) return null;
  const { maskedPaths, readonlyPaths, seccomp } = record(linux);
  const isConfined =
    [maskedPaths, readonlyPaths].some((paths) => Array.isArray(paths) && paths.length > 0) || seccomp != null;
  return !isConfined && bounding.includes('CAP_SYS_ADMIN');
}

const propagations: Readonly<Record<string, string>> = {
  rprivate: 'private',
  private: 'private',
  rslave: 'rslave',
  slave: 'rslave',
  rshared: 'rshared',
  shared: 'rshared',
};

/** Those of files and folders of the node. */
function mountsOf(content: unknown): string | null {
  const { mounts } = record(content);
  if (!Array.isArray(mounts)) return null;
  return mounts
    .flatMap((mount): readonly string[] => {
      const { source, destination, type, options } = record(mount);
      const given = Array.isArray(options) ? options.map(String) : [];
      if (type !== 'bind' && !given.includes('bind') && !given.includes('rbind')) return [];
      const propagation = given.flatMap((option) => propagations[option] ?? []).at(-1) ?? 'private';
      return [`${source}:${destination}::${!given.includes('ro')}:${propagation}`];
    })
    .join(' ');
}

/** Kubernetes pkg/kubelet/kuberuntime/helpers.go: the folder of a pod's logs is NAMESPACE_NAME_UID. */
function fromKubelet(root: string, { podUid }: Container): ContainerDetails | undefined {
  if (podUid === null) return undefined;
  const found = foldersIn(join(root, 'var/log/pods'))
    .find((folder) => folder.endsWith(`_${podUid}`))
    ?.split('_');
  if (found?.length !== 3) return undefined;
  const [namespace = null, pod = null] = found;
  return { name: null, image: null, pod, namespace, privileged: null, mounts: null };
}

function foldersIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Undefined where there is no such file, where it is too large, and where it is no JSON. */
function readJson(path: string): unknown {
  try {
    return statSync(path).size > mostBytes ? undefined : JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
