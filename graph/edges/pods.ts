import type { ModelNode, Read } from './read.ts';

/** Whether a pod may run a process: one that has ended can neither be entered nor left. */
export function mayRun(pod: ModelNode<'Pod'>): boolean {
  return pod.properties.phase !== 'Succeeded' && pod.properties.phase !== 'Failed';
}

/** The pod a container belongs to, if both may run: an init container that has done its work can no longer be entered. */
export function runningPodOf(container: ModelNode<'Container'>, read: Read): ModelNode<'Pod'> | undefined {
  if (container.properties.ended === true) return undefined;
  const [owner] = read.in(container.ref, 'HAS_CONTAINER');
  const pod = owner === undefined ? undefined : read.node('Pod', owner);
  return pod && mayRun(pod) ? pod : undefined;
}

/** The field of the pod that declares a container, for evidence. */
export function containerField(container: ModelNode<'Container'>, field: string): string {
  const list = { init: 'initContainers', sidecar: 'initContainers', ephemeral: 'ephemeralContainers' }[
    container.properties.type ?? ''
  ];
  const name = container.name.slice(container.name.indexOf('/') + 1);
  return `spec.${list ?? 'containers'}[name=${name}].${field}`;
}
