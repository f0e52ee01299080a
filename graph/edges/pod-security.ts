import { ref } from '../model/ref.ts';
import { takesNewObjects } from './namespaces.ts';
import { mayRun } from './pods.ts';
import type { Memo, ModelNode, Read } from './read.ts';

/**
 * Whether Pod Security admission lets a privileged pod into a namespace: it enforces the level of the label, or the
 * cluster's default where there is none. A level it does not know counts as restricted, as in
 * k8s.io/pod-security-admission/api/helpers.go.
 */
export function admitsPrivileged(namespace: ModelNode<'Namespace'>, read: Read): boolean {
  const level = namespace.properties.podSecurityEnforce ?? read.cluster().properties.podSecurityDefault ?? 'privileged';
  return level === 'privileged';
}

/** Whether a new privileged pod may be created in a namespace. */
export function takesNewPrivileged(namespace: ModelNode<'Namespace'>, read: Read): boolean {
  return takesNewObjects(namespace.name, read) && admitsPrivileged(namespace, read);
}

/** Whether it may be in any. */
export const anyTakesNewPrivileged: Memo<boolean> = {
  name: 'anyTakesNewPrivileged',
  compute: (_key, read) =>
    read.all('Namespace').some((ref) => {
      const namespace = read.node('Namespace', ref);
      return namespace !== undefined && takesNewPrivileged(namespace, read);
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
