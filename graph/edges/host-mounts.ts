import { posix } from 'node:path';
import type { EvidenceItem } from '../model/graph.ts';
import { mayBeRoot } from './capabilities.ts';
import { type DerivedEdge, fact } from './define.ts';
import { containerField, runningPodOf } from './pods.ts';
import type { ModelNode, Read } from './read.ts';

/** A path of the node that a container has mounted, and what that rests on. */
export interface HostMount {
  /** Absolute and normal, without a slash at its end; /var/run reads as /run, which it is a link to. */
  readonly path: string;
  readonly writable: boolean;
  /** The type that a hostPath volume asks for, such as File or Socket; null where none is. */
  readonly type: string | null;
  readonly evidence: readonly EvidenceItem[];
}

interface Source {
  readonly path: string;
  readonly type: string | null;
  readonly evidence: readonly EvidenceItem[];
}

/** The name of a volume within its pod. */
function ownName(volume: ModelNode<'Volume'>): string {
  return volume.name.slice(volume.name.indexOf('/') + 1);
}

/** Where on the node a volume lies: by itself, or as the hostPath or local volume that its claim got. */
function* sources(pod: string, volume: ModelNode<'Volume'>, read: Read): Iterable<Source> {
  const field = `spec.volumes[name=${ownName(volume)}]`;
  const { type, hostPath, hostPathType } = volume.properties;
  if (hostPath != null)
    yield { path: hostPath, type: hostPathType ?? null, evidence: [fact(pod, `${field}.hostPath`)] };
  for (const claim of read.out(volume.ref, 'CLAIMS')) {
    for (const ref of read.out(claim, 'BOUND_TO')) {
      const { hostPath, localPath } = read.node('PersistentVolume', ref)?.properties ?? {};
      const path = hostPath ?? localPath;
      if (path == null) continue;
      const where = fact(ref, hostPath == null ? 'spec.local' : 'spec.hostPath');
      yield { path, type: null, evidence: [fact(pod, `${field}.${type}`), where] };
    }
  }
}

/** The types of the volumes that may lie on the node. */
const hostTypes: readonly string[] = ['hostPath', 'persistentVolumeClaim', 'ephemeral'];

/** The paths of its node that a container of a running pod has mounted, one for each mount. */
export function* hostMounts(container: ModelNode<'Container'>, read: Read): Iterable<HostMount> {
  // Most mount none: then nothing more is read, so that nothing more can make this run again.
  if (!container.properties.volumeTypes?.some((type) => hostTypes.includes(type))) return;
  const pod = runningPodOf(container, read);
  if (!pod) return;
  for (const ref of read.out(container.ref, 'MOUNTS')) {
    const volume = read.node('Volume', ref);
    const mounts = read.properties(container.ref, 'MOUNTS', ref);
    if (!volume || !mounts) continue;
    const mounted = fact(pod.ref, containerField(container, `volumeMounts[name=${ownName(volume)}]`));
    for (const { path, type, evidence } of sources(pod.ref, volume, read)) {
      for (const writable of [true, false]) {
        for (const within of strings(mounts[writable ? 'writable' : 'readOnly'])) {
          const whole = posix.join(path, within);
          // What must be at the path of the volume says nothing of a path within it.
          const what = whole === path ? type : null;
          yield { path: canonical(whole), writable, type: what, evidence: [mounted, ...evidence] };
        }
      }
    }
  }
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function canonical(path: string): string {
  return isWithin(path, '/var/run') ? path.slice('/var'.length) : path;
}

/** Whether a path is a folder or below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** The root of a container reads and writes what is root's on the node, through a mount in a user namespace, too. */
export function isRootOnMounts(container: ModelNode<'Container'>): boolean {
  return container.properties.privileged === true || mayBeRoot(container);
}

/** The edges from a container to the node of its pod, for those of its host mounts that this holds for. */
export function* toNodeByMount(
  container: ModelNode<'Container'>,
  read: Read,
  holds: (mount: HostMount) => boolean,
): Iterable<DerivedEdge & { readonly to: string }> {
  if (!isRootOnMounts(container)) return;
  const alternatives = [...hostMounts(container, read)].filter(holds).map(({ evidence }) => evidence);
  const pod = alternatives.length > 0 ? runningPodOf(container, read) : undefined;
  if (!pod) return;
  for (const node of read.out(pod.ref, 'RUNS_ON')) yield { from: container.ref, to: node, evidence: alternatives };
}
