import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container, ContainerDetails } from './container.ts';

/** Finds what the node's disk tells of a container; undefined where it tells nothing. Never rejects. */
export type FindDetails = (container: Container) => Promise<ContainerDetails | undefined>;

const mostBytes = 1 << 20;

/**
 * Looks where runtimes and the kubelet keep their state, below `root`: by default the file system of process 1, as a container
 * of our own has another. Of what it reads it keeps four names; an OCI configuration holds environments, too.
 */
export function containerDetails(root = '/proc/1/root'): FindDetails {
  return async (container) => (await fromRuntime(root, container)) ?? fromKubelet(root, container);
}

async function fromRuntime(root: string, { id }: Container): Promise<ContainerDetails | undefined> {
  if (id === null) return undefined;
  for (const { file, names } of runtimes) {
    const content = await readJson(join(root, file(id)));
    if (content === undefined) continue;
    const labels = record(names.labels.reduce<unknown>((value, key) => record(value)[key], content));
    const text = (key: string): string | null => (typeof labels[key] === 'string' ? labels[key] : null);
    const image = names.image.reduce<unknown>((value, key) => record(value)[key], content);
    return {
      name: text(names.container),
      image: typeof image === 'string' ? image : null,
      pod: text(names.pod),
      namespace: text(names.namespace),
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

/** Kubernetes pkg/kubelet/kuberuntime/helpers.go: the folder of a pod's logs is NAMESPACE_NAME_UID. */
async function fromKubelet(root: string, { podUid }: Container): Promise<ContainerDetails | undefined> {
  if (podUid === null) return undefined;
  const folders = await readdir(join(root, 'var/log/pods')).catch(() => []);
  const found = folders.find((folder) => folder.endsWith(`_${podUid}`))?.split('_');
  if (found?.length !== 3) return undefined;
  const [namespace = null, pod = null] = found;
  return { name: null, image: null, pod, namespace };
}

/** Undefined where there is no such file, where it is too large, and where it is no JSON. */
async function readJson(path: string): Promise<unknown> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    return size > mostBytes ? undefined : JSON.parse(await file.readFile('utf8'));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
