import { mayBeRoot } from './capabilities.ts';
import { because, type DerivedEdge, defineEdge, fact } from './define.ts';
import { containerField, mayRun } from './pods.ts';
import type { ModelNode, Read } from './read.ts';

/** The containers of a pod that run side by side: those of type init have ended before the others start. */
function together(pod: ModelNode<'Pod'>, read: Read): readonly ModelNode<'Container'>[] {
  return read
    .out(pod.ref, 'HAS_CONTAINER')
    .flatMap((ref) => read.node('Container', ref) ?? [])
    .filter(({ properties }) => properties.type !== 'init' && properties.ended !== true);
}

/** Whether a container may look into the processes of all the others: as root, or as the same user as each of them. */
function mayEnter(container: ModelNode<'Container'>, others: readonly ModelNode<'Container'>[]): boolean {
  const { privileged, runAsUser: user } = container.properties;
  if (privileged === true || mayBeRoot(container)) return true;
  return user != null && others.every(({ properties }) => properties.runAsUser === user);
}

export const sharePsNamespace = defineEdge({
  name: 'SHARE_PS_NAMESPACE',
  class: 'technique',
  attack: [{ id: 'T1080', name: 'Taint Shared Content' }],
  from: ['Container'],
  to: ['Pod'],
  difficulty: 2,
  summary: 'Reaches the files and the memory of the other containers of its pod through their processes.',
  precondition:
    'shareProcessNamespace is true, the pod has not ended and has another container that runs beside this one (an init container that is no sidecar does not), and this one is privileged, runs as root (or the image decides the user), or as the same stated user as every other. From the pod links lead on to its containers. Capabilities that only the other container holds, seccomp, AppArmor and SELinux are not looked at.',
  remediation: 'Drop shareProcessNamespace, or give each container a user of its own.',
  references: [
    'https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/#understanding-process-namespace-sharing',
  ],
  derive: {
    *Pod(pod, read): Iterable<DerivedEdge> {
      if (pod.properties.shareProcessNamespace !== true || !mayRun(pod)) return;
      const all = together(pod, read);
      for (const container of all) {
        const others = all.filter(({ ref }) => ref !== container.ref);
        if (others.length === 0 || !mayEnter(container, others)) continue;
        const evidence = because(
          fact(pod.ref, 'spec.shareProcessNamespace'),
          fact(pod.ref, containerField(container, 'name')),
        );
        yield { from: container.ref, to: pod.ref, evidence };
      }
    },
  },
});
