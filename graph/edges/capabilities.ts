import { because, type DerivedEdge, fact } from './define.ts';
import { containerField, runningPodOf } from './pods.ts';
import type { ModelNode, Read } from './read.ts';

/** What containerd gives a container that asks for nothing (defaultUnixCaps of containerd/pkg/oci/spec.go). */
const defaults: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
];

/**
 * Whether a process of the container is root, who alone has capabilities: they do not outlive the change to another
 * user. Where the pod does not say, the image decides, and is taken for one that runs as root.
 */
export function mayBeRoot(container: ModelNode<'Container'>): boolean {
  const { runAsUser, runAsNonRoot } = container.properties;
  return runAsUser == null ? runAsNonRoot !== true : runAsUser === 0;
}

/**
 * Whether a process of the container holds a capability. As containerd's CRI applies them: first ALL is added, then ALL
 * is dropped, then single ones are added, and at last single ones dropped (internal/cri/server/container_create.go).
 */
export function hasCapability(container: ModelNode<'Container'>, capability: string): boolean {
  const { privileged, capabilitiesAdded: added = [], capabilitiesDropped: dropped = [] } = container.properties;
  if (privileged === true) return true;
  if (!mayBeRoot(container) || dropped?.includes(capability)) return false;
  if (added?.includes(capability)) return true;
  return !dropped?.includes('ALL') && (added?.includes('ALL') === true || defaults.includes(capability));
}

/** The field that gives the container what is beyond the default, for evidence. */
export function powerField(container: ModelNode<'Container'>): string {
  const field = container.properties.privileged === true ? 'privileged' : 'capabilities.add';
  return containerField(container, `securityContext.${field}`);
}

/**
 * Whether no AppArmor profile holds the container back: it is privileged, or asks for none. One that says nothing has the
 * default of its runtime; before Kubernetes 1.31, or where the version is unknown, that is not relied on.
 * Whether its node has AppArmor at all does not show.
 */
export function isUnconfined(container: ModelNode<'Container'>, read: Read): boolean {
  const { privileged, appArmor } = container.properties;
  if (privileged === true || appArmor === 'Unconfined') return true;
  return appArmor == null && (read.cluster().properties.minor ?? 0) < 31;
}

/** The pod of a container whose capabilities count on the node: it runs, and in the node's own user namespace. */
export function podWithNodeUsers(container: ModelNode<'Container'>, read: Read): ModelNode<'Pod'> | undefined {
  const pod = runningPodOf(container, read);
  return pod?.properties.hostUsers === false ? undefined : pod;
}

/** The edges from a container to the node that its pod runs on, for these fields of the pod. */
export function* toNode(
  container: ModelNode<'Container'>,
  pod: ModelNode<'Pod'>,
  fields: readonly string[],
  read: Read,
): Iterable<DerivedEdge & { readonly to: string }> {
  const evidence = because(...fields.map((field) => fact(pod.ref, field)));
  for (const node of read.out(pod.ref, 'RUNS_ON')) yield { from: container.ref, to: node, evidence };
}
