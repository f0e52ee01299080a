import { posix } from 'node:path';
import type { NodeFact, RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';
import type { Fields } from '../fields.ts';
import { containerLists } from './container.ts';

/** The sources of volumes that are charted, as the fields of a volume; the others lead nowhere beyond the pod. */
const types = ['hostPath', 'projected', 'secret', 'configMap', 'persistentVolumeClaim', 'ephemeral'] as const;

interface PodOfVolumes {
  readonly pod: { readonly uid: string | null; readonly namespace: string | null; readonly name: string };
  readonly spec: Fields;
  /** The names of the volumes that hold a token for the API server. */
  readonly tokens: ReadonlySet<string>;
}

/** A path of the node, without needless steps; `..` the API server refuses. */
export function nodePath(path: string | null): string | null {
  return path?.startsWith('/') === true ? posix.join(path, '.') : null;
}

function names(sources: readonly Fields[], source: 'secret' | 'configMap'): readonly string[] {
  return sources.map((item) => item.object(source).string('name')).filter((name) => name !== null);
}

/**
 * Whether a projected volume holds nothing of note but a token, as the one that the ServiceAccount admission gives nearly
 * every pod: the containers tell whether they have it, and a node for each would be a fifth of the graph.
 */
function isOnlyToken(projected: readonly Fields[]): boolean {
  return (
    names(projected, 'secret').length === 0 &&
    names(projected, 'configMap').every((name) => name === 'kube-root-ca.crt')
  );
}

interface Mounts {
  readonly mountPaths: string[];
  readonly writable: string[];
  readonly readOnly: string[];
}

export interface Volumes {
  /** By their names within the pod. */
  readonly nodes: ReadonlyMap<string, NodeFact<'Volume'>>;
  /** The names of the claims that they stand for, by the same. */
  readonly claims: ReadonlyMap<string, string>;
  /** The names of those that no mount makes writable. */
  readonly readOnly: ReadonlySet<string>;
}

/** The volumes of a pod. */
export function volumes({ pod, spec, tokens }: PodOfVolumes): Volumes {
  const nodes = new Map<string, NodeFact<'Volume'>>();
  const claims = new Map<string, string>();
  const readOnly = new Set<string>();
  for (const volume of spec.list('volumes')) {
    const name = volume.string('name');
    const type = types.find((each) => volume.has(each));
    if (name === null || name === '' || name.includes('/') || nodes.has(name)) {
      volume.problem('name', name !== null && nodes.has(name) ? 'is there twice' : 'is missing or invalid');
      continue;
    }
    if (type === undefined) continue;
    const source = volume.object(type);
    const projected = type === 'projected' ? source.list('sources') : [];
    if (tokens.has(name) && isOnlyToken(projected)) continue;
    // The claim of a generic ephemeral volume has a name of pod and volume (VolumeClaimName of component-helpers).
    const claim =
      type === 'ephemeral'
        ? `${pod.name}-${name}`
        : type === 'persistentVolumeClaim'
          ? source.string('claimName')
          : null;
    if (claim !== null) claims.set(name, claim);
    if (claim !== null && source.boolean('readOnly') === true) readOnly.add(name);
    const secret = type === 'secret' ? source.string('secretName') : null;
    const configMap = type === 'configMap' ? source.string('name') : null;
    nodes.set(name, {
      kind: 'Volume',
      uid: pod.uid === null ? null : `${pod.uid}/${name}`,
      namespace: pod.namespace,
      name: `${pod.name}/${name}`,
      properties: {
        type,
        hostPath: type === 'hostPath' ? nodePath(source.string('path')) : null,
        hostPathType: type === 'hostPath' ? source.string('type') || null : null,
        claim,
        secrets: secret === null ? names(projected, 'secret') : [secret],
        configMaps: configMap === null ? names(projected, 'configMap') : [configMap],
        apiToken: tokens.has(name),
      },
    });
  }
  return { nodes, claims, readOnly };
}

/** Which volumes a pod has, and which of its containers mount them where. */
export function volumeRelationships(
  pod: PodOfVolumes['pod'],
  spec: Fields,
  { nodes, claims, readOnly }: Volumes,
): readonly RelationshipFact[] {
  const volumeRef = (name: string): string => ref('Volume', pod.namespace, `${pod.name}/${name}`);
  const has = Array.from(
    nodes.keys(),
    (name): RelationshipFact => ({
      kind: 'HAS_VOLUME',
      from: ref('Pod', pod.namespace, pod.name),
      to: volumeRef(name),
    }),
  );
  const stands = Array.from(
    claims,
    ([name, claim]): RelationshipFact => ({
      kind: 'CLAIMS',
      from: volumeRef(name),
      to: ref('PersistentVolumeClaim', pod.namespace, claim),
    }),
  );
  const mounts: RelationshipFact[] = [];
  const seen = new Set<string>();
  for (const container of containerLists.flatMap(({ field }) => spec.list(field))) {
    const containerName = container.string('name') ?? '';
    // Of two containers of one name the first is charted.
    if (containerName === '' || seen.has(containerName)) continue;
    seen.add(containerName);
    const byVolume = new Map<string, Mounts>();
    for (const mount of container.list('volumeMounts')) {
      const name = mount.string('name') ?? '';
      if (!nodes.has(name)) continue;
      const all = byVolume.get(name) ?? { mountPaths: [], writable: [], readOnly: [] };
      byVolume.set(name, all);
      // An expression stands for a path that is not known; its text then stands for that path.
      const subPath = posix.join(mount.string('subPath') || mount.string('subPathExpr') || '.', '.');
      all.mountPaths.push(mount.string('mountPath') ?? '');
      all[mount.boolean('readOnly') === true || readOnly.has(name) ? 'readOnly' : 'writable'].push(subPath);
    }
    const from = ref('Container', pod.namespace, `${pod.name}/${containerName}`);
    for (const [name, properties] of byVolume) {
      mounts.push({ kind: 'MOUNTS', from, to: volumeRef(name), properties: { ...properties } });
    }
  }
  return [...has, ...stands, ...mounts];
}
