import { ref } from '../model/ref.ts';
import { mayRun } from './pods.ts';
import type { Memo, ModelNode, Read } from './read.ts';

/**
 * Whether Pod Security admission lets a privileged pod into a namespace: it enforces the level of the label, or the
 * cluster's default where there is none. A level it does not know counts as restricted, as in
 * k8s.io/pod-security-admission/api/helpers.go. A namespace that is being deleted takes no new pods.
 */
export function admitsPrivileged(namespace: ModelNode<'Namespace'>, read: Read): boolean {
  if (namespace.properties.phase === 'Terminating') return false;
  const level = namespace.properties.podSecurityEnforce ?? read.cluster().properties.podSecurityDefault ?? 'privileged';
  return level === 'privileged';
}

/** Whether any namespace admits a privileged pod. */
export const anyAdmitsPrivileged: Memo<boolean> = {
  name: 'anyAdmitsPrivileged',
  compute: (_key, read) =>
    read.all('Namespace').some((ref) => {
      const namespace = read.node('Namespace', ref);
      return namespace !== undefined && admitsPrivileged(namespace, read);
    }),
};

/**
 * Whether a privileged container may be added to a pod and would be root on its node. A static pod takes none, and root
 * of a user namespace of the pod's own is nobody on the node.
 */
export function takesPrivileged(pod: ModelNode<'Pod'>, read: Read): boolean {
  if (!mayRun(pod) || pod.properties.hostUsers === false || pod.properties.owner?.startsWith('Node/')) return false;
  const namespace = read.node('Namespace', ref('Namespace', null, pod.namespace ?? ''));
  return namespace !== undefined && admitsPrivileged(namespace, read);
}
