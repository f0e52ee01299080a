import { admissionKinds } from './admission-kinds.ts';
import { networkKinds } from './network-kinds.ts';
import { created, kind, type NodeKindDefinition } from './node-kind.ts';
import { boolean, integer, json, string, strings, time, type ValuesOf } from './property.ts';
import type { PolicyRule } from './rules.ts';

const labels = { labels: strings('Its labels, each as key=value.') } as const;

/** Every kind of node. Types, indexes and the reference page come from this table. */
export const nodeKinds = {
  Cluster: kind(
    'A Kubernetes cluster; whoever holds cluster-admin holds this node.',
    "UID of the cluster's kube-system namespace; offline, the name given by --cluster",
    {
      version: string('What the API server says of its version, such as v1.36.3.'),
      minor: integer('The minor version of Kubernetes 1.x, null when unknown: some techniques depend on it.'),
      server: string('The address of the API server, as the collector reaches it.'),
      podSecurityDefault: string(
        'The Pod Security level enforced where a namespace has no label. The API does not show it; privileged unless configured.',
        { source: 'config' },
      ),
      execByGet: boolean(
        'Whether get on pods/exec suffices to exec over WebSocket, by the feature gates of the API server; null where it does not show them: the version then decides.',
      ),
      observed: string('live when watched, offline when charted from a dump.'),
    },
    { visibleFromNamespaces: true },
  ),
  Namespace: kind('A Kubernetes namespace.', 'cluster, UID', {
    ...created,
    ...labels,
    phase: string('Active or Terminating.'),
    podSecurityEnforce: string('Label pod-security.kubernetes.io/enforce: privileged, baseline or restricted.'),
  }),
  Node: kind('A Kubernetes node (KubeNode in GraphQL).', 'cluster, UID', {
    ...created,
    ...labels,
    internalAddresses: strings('Addresses of type InternalIP.'),
    externalAddresses: strings('Addresses of type ExternalIP: the node can be reached from outside by these.'),
    kubeletVersion: string('status.nodeInfo.kubeletVersion.'),
    kernelVersion: string('status.nodeInfo.kernelVersion.'),
    containerRuntime: string('status.nodeInfo.containerRuntimeVersion.'),
    osImage: string('status.nodeInfo.osImage.'),
    providerId: string('spec.providerID: the machine behind the node, in the words of its cloud.'),
    unschedulable: boolean('spec.unschedulable.'),
    controlPlane: boolean('Whether it carries the label of a control-plane node.'),
  }),
  Pod: kind('A pod.', 'cluster, UID', {
    ...created,
    ...labels,
    phase: string('status.phase; null in a manifest.', { indexed: true }),
    podIp: string('status.podIP.'),
    kubeletUid: string(
      'What its node knows it by, in its cgroups: the UID; for static pods kubernetes.io/config.hash.',
      {
        indexed: true,
      },
    ),
    owner: string('Kind/name of the controller that made it.'),
    hostNetwork: boolean("Whether it shares its node's network namespace."),
    hostPid: boolean("Whether it shares its node's PID namespace."),
    hostIpc: boolean("Whether it shares its node's IPC namespace."),
    hostUsers: boolean("Whether it shares its node's user namespace; if not, its root is nobody on the node."),
    shareProcessNamespace: boolean('Whether its containers share one PID namespace.'),
    automountToken: boolean("spec.automountServiceAccountToken; null when the service account's own setting decides."),
    live: boolean('Whether it was read from an API server, so that injected volumes show; false for a plain manifest.'),
  }),
  Container: kind('A container of a pod: regular, init, sidecar or ephemeral.', 'pod, container name', {
    image: string('The image reference, as the pod spells it.', { indexed: true }),
    imageId: string('The image that really runs, by digest, from the status.'),
    type: string('container, init, sidecar (an init container that restarts) or ephemeral.'),
    ended: boolean('Whether it is an init or ephemeral container that has terminated for good, by the status.'),
    privileged: boolean('securityContext.privileged.', { indexed: true }),
    allowPrivilegeEscalation: boolean('securityContext.allowPrivilegeEscalation; null when unset.'),
    runAsUser: integer('The effective runAsUser of container or pod; null when the image decides.'),
    runAsNonRoot: boolean('The effective runAsNonRoot; null when unset.'),
    readOnlyRootFilesystem: boolean('securityContext.readOnlyRootFilesystem.'),
    capabilitiesAdded: strings('securityContext.capabilities.add, upper case, without the prefix CAP_.'),
    capabilitiesDropped: strings('securityContext.capabilities.drop, upper case, without the prefix CAP_.'),
    appArmor: string(
      'The AppArmor profile that is asked for: Unconfined, RuntimeDefault or Localhost; null when none is, which is the default of the runtime.',
    ),
    volumeTypes: strings('The types of the charted volumes that it mounts, such as hostPath.'),
    secretsInVolumes: strings('The names of the secrets in the volumes that it mounts.'),
    secretsInEnv: strings('The names of the secrets that its environment takes values from.'),
    ports: strings('Declared ports, each as port/protocol.'),
    hostPorts: strings('Declared host ports, each as port/protocol.'),
    apiToken: string(
      'mounted: a token for this API server is mounted here; none: it is not; default: a manifest in which the automount settings decide.',
    ),
  }),
  Workload: kind('What makes pods from a template, and makes them again.', 'cluster, UID', {
    ...created,
    ...labels,
    workloadKind: string(
      'Deployment, StatefulSet, DaemonSet, CronJob, Job, ReplicaSet or ReplicationController; its name begins with it.',
      { indexed: true },
    ),
    replicas: integer('spec.replicas; null where the kind has none.'),
  }),
  Volume: kind(
    'A volume of a pod that leads beyond it: to its node, to a secret or config map, to a token, or to a claim. The one that every pod gets for its token is left out: containers tell whether they have it.',
    'pod, volume name',
    {
      type: string('Its source: hostPath, projected, secret, configMap, persistentVolumeClaim or ephemeral.', {
        indexed: true,
      }),
      hostPath: string('The path on the node, for one of that type.', { indexed: true }),
      hostPathType: string('What must be at that path, such as File or Socket; null when nothing is checked.'),
      claim: string('The name of its persistent volume claim.'),
      secrets: strings('The names of the secrets in it.'),
      configMaps: strings('The names of the config maps in it.'),
      apiToken: boolean("Whether it holds a token of the pod's service account for this API server."),
    },
  ),
  PersistentVolume: kind('A persistent volume.', 'cluster, UID', {
    ...created,
    hostPath: string('The path on every node, for one of that type.'),
    localPath: string('The path on its node, for a local volume.'),
    csiDriver: string('The driver that mounts it.'),
    storageClass: string('spec.storageClassName.'),
  }),
  PersistentVolumeClaim: kind('A claim on a persistent volume.', 'cluster, UID', {
    ...created,
    accessModes: strings('spec.accessModes.'),
    storageClass: string('spec.storageClassName.'),
  }),
  ServiceAccount: kind('A Kubernetes service account.', 'cluster, UID', {
    ...created,
    automountToken: boolean('automountServiceAccountToken; null counts as true.'),
  }),
  User: kind('A user, as RBAC subjects and certificates name one.', 'cluster, name', {}),
  Group: kind('A group, as RBAC subjects and certificates name one.', 'cluster, name', {}),
  Role: kind('A Role, or a ClusterRole when it lies in no namespace.', 'cluster, UID', {
    ...created,
    rules: json<readonly PolicyRule[]>(
      'The rules on resources; an aggregated role carries those the controller filled in.',
    ),
    aggregated: boolean('Whether the rules are gathered from other ClusterRoles by label.'),
  }),
  Binding: kind('A RoleBinding, or a ClusterRoleBinding when it lies in no namespace.', 'cluster, UID', {
    ...created,
    roleRef: string('The readable name of the role it grants, whether or not that exists.'),
    subjects: strings('The readable names of whom it grants it to, whether or not they exist.'),
  }),
  PermissionSet: kind(
    'What one binding grants, or would if it were made: the rules of a role, within the scope of the binding.',
    'binding',
    {
      rules: json<readonly PolicyRule[]>('The rules in force.', { source: 'derived' }),
      scope: string('The namespace in which the rules hold; null when they hold in the whole cluster.', {
        source: 'derived',
      }),
      role: string('The readable name of the role.', { source: 'derived' }),
      binding: string('The readable name of the binding; null while nobody has made it.', { source: 'derived' }),
    },
  ),
  Secret: kind('A Kubernetes secret: that it is there, never what it holds.', 'cluster, UID', {
    ...created,
    type: string('Its type, such as Opaque or kubernetes.io/service-account-token.', { indexed: true }),
    serviceAccount: string('The service account whose token it holds, for one of that type.'),
  }),
  ConfigMap: kind('A Kubernetes config map: that it is there, not what it holds.', 'cluster, UID', { ...created }),
  Service: kind('A Kubernetes service.', 'cluster, UID', {
    ...created,
    type: string('ClusterIP, NodePort, LoadBalancer or ExternalName.', { indexed: true }),
    ports: strings('Each as port/protocol.'),
    nodePorts: strings('Each as port/protocol.'),
    selector: strings('Each as key=value.'),
    externalIps: strings('spec.externalIPs.'),
    addresses: strings(
      'Addresses and host names of its load balancer, from the status; null in a manifest without one.',
    ),
    internal: boolean('Whether an annotation of a known cloud asks for an internal load balancer.'),
    sourceRanges: strings('spec.loadBalancerSourceRanges: who may reach the load balancer; empty for everybody.'),
  }),
  Ingress: kind('A Kubernetes ingress.', 'cluster, UID', {
    ...created,
    className: string('spec.ingressClassName, or the old annotation.'),
    hosts: strings('Host names of its rules; * where a rule has none.'),
    tls: boolean('Whether it names TLS secrets.'),
    addresses: strings('Addresses and host names, from the status; null in a manifest without one.'),
    internal: boolean('Whether its class or an annotation of a known cloud makes it internal.'),
  }),
  Image: kind(
    'A container image by its digest, wherever it runs.',
    'digest',
    { digest: string('The digest of its manifest, as the runtime reports it, such as sha256:4bcf….') },
    { shared: true },
  ),
  Package: kind(
    'A package of one version, wherever it is installed.',
    'package URL',
    {
      purl: string('Its package URL (purl-spec), such as pkg:deb/debian/openssl@3.0.15-1.', { source: 'scanner' }),
      version: string('Its version.', { source: 'scanner' }),
    },
    { shared: true },
  ),
  Vulnerability: kind(
    'A known vulnerability, wherever it is found.',
    'its id, such as CVE-2024-3094',
    {
      severity: string('CRITICAL, HIGH, MEDIUM, LOW, NEGLIGIBLE or UNKNOWN.', { source: 'scanner', indexed: true }),
      title: string('What it is, in a line.', { source: 'scanner' }),
      publishedAt: time('When it was published.', { source: 'scanner' }),
      knownExploited: boolean("Whether CISA's catalog of known exploited vulnerabilities lists it.", {
        source: 'scanner',
      }),
    },
    { shared: true },
  ),
  ...networkKinds,
  ...admissionKinds,
  CoverageGap: kind('Something that is not seen, and why.', 'cluster, source, subject', {
    source: string('Who does not see it: kubernetes, sensor, or audit (the sources of audit events).'),
    subject: string('What is not seen, such as the kind Role.'),
    reason: string(
      'FORBIDDEN, UNAUTHORIZED, UNREACHABLE, BAD_INPUT, LOADING or STALE; of sensors LOST, REFUSED, BY_DESIGN or STALE; of audit events the same, NOT_COVERED or PARTLY_COVERED.',
    ),
    message: string('What happened and what to do about it.'),
    since: time('When it began.'),
  }),
  Internet: kind(
    'Anyone on the Internet. Only ever a source.',
    'one a tenant',
    {},
    {
      shared: true,
      visibleFromNamespaces: true,
    },
  ),
  TargetSet: kind(
    'The targets of a right over many objects, such as the pods of a namespace: one edge in, one link to each.',
    'cluster, member kind, namespace',
    {
      memberKind: string('The kind of its members.', { source: 'derived' }),
    },
    { hidden: true },
  ),
} as const satisfies Readonly<Record<string, NodeKindDefinition>>;

export type NodeKind = keyof typeof nodeKinds;
export type NodeProperties<K extends NodeKind = NodeKind> = ValuesOf<(typeof nodeKinds)[K]['properties']>;

export function isNodeKind(text: string): text is NodeKind {
  return Object.hasOwn(nodeKinds, text);
}

/** The definition of a kind, with its literal types widened. */
export function nodeKind(kind: NodeKind): NodeKindDefinition {
  return nodeKinds[kind];
}
