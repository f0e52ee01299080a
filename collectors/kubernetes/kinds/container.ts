import type { NodeFact } from '../../../graph/model/observation.ts';
import type { Fields } from '../fields.ts';
import { portProtocol } from '../kind.ts';

interface PodOfContainers {
  readonly pod: { readonly uid: string | null; readonly namespace: string | null; readonly name: string };
  readonly spec: Fields;
  readonly status: Fields;
  readonly annotations: ReadonlyMap<string, string>;
  readonly hostNetwork: boolean;
  /** The pod's volumes that are charted, by name. */
  readonly volumes: ReadonlyMap<string, NodeFact<'Volume'>>;
  readonly apiToken: {
    /** Volumes that hold a token for the API server. */
    readonly volumes: ReadonlySet<string>;
    /** What to say of a container that mounts none of them. */
    readonly otherwise: 'none' | 'default';
  };
}

/** The lists of a pod's containers, with the lists of their statuses. */
export const containerLists = [
  { field: 'initContainers', statuses: 'initContainerStatuses', type: 'init' },
  { field: 'containers', statuses: 'containerStatuses', type: 'container' },
  { field: 'ephemeralContainers', statuses: 'ephemeralContainerStatuses', type: 'ephemeral' },
] as const;

/** Images by digest, as the runtime reports them; dockershim put a scheme before them. */
function imageIds(status: Fields): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { statuses } of containerLists) {
    for (const item of status.list(statuses)) {
      const name = item.string('name');
      const imageId = item.string('imageID');
      if (name !== null && imageId) found.set(name, imageId.replace(/^docker(-pullable)?:\/\//, ''));
    }
  }
  return found;
}

function ports(container: Fields, hostNetwork: boolean): Readonly<Record<'ports' | 'hostPorts', readonly string[]>> {
  const all: string[] = [];
  const host: string[] = [];
  for (const item of container.list('ports')) {
    const port = item.integer('containerPort');
    // With hostNetwork, the API server's defaults make every port a host port (SetDefaults_PodSpec).
    const hostPort = item.integer('hostPort') || (hostNetwork ? port : null);
    const protocol = item.string('protocol');
    if (port !== null) all.push(portProtocol(port, protocol));
    if (hostPort !== null && !isLoopback(item.string('hostIP'))) host.push(portProtocol(hostPort, protocol));
  }
  return { ports: all, hostPorts: host };
}

function isLoopback(address: string | null): boolean {
  return address !== null && (address.startsWith('127.') || address === '::1');
}

/** The init and ephemeral containers that have terminated: they are never started again. Others may be. */
function endedContainers(status: Fields): ReadonlySet<string> {
  const lists = ['initContainerStatuses', 'ephemeralContainerStatuses'];
  return new Set(
    lists
      .flatMap((list) => status.list(list))
      .filter((container) => container.object('state').has('terminated'))
      .flatMap((container) => container.string('name') ?? []),
  );
}

function mounts(container: Fields, volumes: ReadonlySet<string>): boolean {
  return container.list('volumeMounts').some((mount) => volumes.has(mount.string('name') ?? ''));
}

/** What the volumes are that a container mounts, and the secrets in them. */
function mounted(
  container: Fields,
  volumes: PodOfContainers['volumes'],
): Readonly<Record<'volumeTypes' | 'secretsInVolumes', readonly string[]>> {
  const all = container.list('volumeMounts').flatMap((mount) => volumes.get(mount.string('name') ?? '') ?? []);
  return {
    volumeTypes: [...new Set(all.flatMap(({ properties }) => properties.type ?? []))],
    secretsInVolumes: [...new Set(all.flatMap(({ properties }) => properties.secrets ?? []))],
  };
}

/** By name; what the environment says in so many words is not read. */
function secretsInEnv(container: Fields): readonly string[] {
  const references = [
    ...container.list('env').map((variable) => variable.object('valueFrom').object('secretKeyRef')),
    ...container.list('envFrom').map((source) => source.object('secretRef')),
  ];
  return [...new Set(references.flatMap((reference) => reference.string('name') || []))];
}

/** Capabilities as the kernel calls them, without the prefix that a runtime takes as well. */
function capabilities(security: Fields, change: 'add' | 'drop'): readonly string[] {
  return security
    .object('capabilities')
    .strings(change)
    .map((capability) => capability.toUpperCase().replace(/^CAP_/, ''));
}

/** Until Kubernetes 1.30 an annotation asked for the AppArmor profile; the field goes before it. */
const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/';

function appArmor(security: Fields, podSecurity: Fields, annotation: string | undefined): string | null {
  const type =
    security.object('appArmorProfile').string('type') ?? podSecurity.object('appArmorProfile').string('type');
  if (type !== null || annotation === undefined) return type;
  if (annotation.startsWith('localhost/')) return 'Localhost';
  return { unconfined: 'Unconfined', 'runtime/default': 'RuntimeDefault' }[annotation] ?? null;
}

/** The nodes of a pod's containers of every type. A container's securityContext goes before the pod's, field by field. */
export function containers({
  pod,
  spec,
  status,
  annotations,
  hostNetwork,
  volumes,
  apiToken,
}: PodOfContainers): NodeFact<'Container'>[] {
  const ids = imageIds(status);
  const ended = endedContainers(status);
  const podSecurity = spec.object('securityContext');
  const podUser = podSecurity.integer('runAsUser');
  const podNonRoot = podSecurity.boolean('runAsNonRoot');
  const seen = new Set<string>();
  return containerLists.flatMap(({ field, type }) =>
    spec.list(field).flatMap((container): NodeFact<'Container'>[] => {
      const name = container.string('name');
      if (name === null || name === '' || name.includes('/') || seen.has(name)) {
        container.problem('name', name !== null && seen.has(name) ? 'is there twice' : 'is missing or invalid');
        return [];
      }
      seen.add(name);
      const security = container.object('securityContext');
      const restarts = type === 'init' && container.string('restartPolicy') === 'Always';
      return [
        {
          kind: 'Container',
          uid: pod.uid === null ? null : `${pod.uid}/${name}`,
          namespace: pod.namespace,
          name: `${pod.name}/${name}`,
          properties: {
            image: container.string('image'),
            imageId: ids.get(name) ?? null,
            type: restarts ? 'sidecar' : type,
            ended: !restarts && ended.has(name),
            privileged: security.boolean('privileged') ?? false,
            allowPrivilegeEscalation: security.boolean('allowPrivilegeEscalation'),
            runAsUser: security.integer('runAsUser') ?? podUser,
            runAsNonRoot: security.boolean('runAsNonRoot') ?? podNonRoot,
            readOnlyRootFilesystem: security.boolean('readOnlyRootFilesystem') ?? false,
            capabilitiesAdded: capabilities(security, 'add'),
            capabilitiesDropped: capabilities(security, 'drop'),
            appArmor: appArmor(security, podSecurity, annotations.get(appArmorAnnotation + name)),
            ...mounted(container, volumes),
            secretsInEnv: secretsInEnv(container),
            ...ports(container, hostNetwork),
            apiToken: mounts(container, apiToken.volumes) ? 'mounted' : apiToken.otherwise,
          },
        },
      ];
    }),
  );
}
