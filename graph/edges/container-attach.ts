import { because, type Derived, defineEdge, fact } from './define.ts';
import { containerField, mayRun } from './pods.ts';

/** Whoever may enter a pod may choose the container. */
export const containerAttach = defineEdge({
  name: 'CONTAINER_ATTACH',
  class: 'link',
  attack: [],
  from: ['Pod'],
  to: ['Container'],
  difficulty: 0,
  summary: 'A right over a pod is a right over each of its containers.',
  precondition:
    'The container is part of the pod: regular, init, sidecar or ephemeral; neither it nor the pod has ended.',
  remediation: 'Split containers that need different rights into different pods.',
  references: ['https://kubernetes.io/docs/concepts/workloads/pods/#how-pods-manage-multiple-containers'],
  derive: {
    *Pod(pod, read): Iterable<Derived> {
      if (!mayRun(pod)) return;
      for (const ref of read.out(pod.ref, 'HAS_CONTAINER')) {
        const container = read.node('Container', ref);
        if (container && container.properties.ended !== true)
          yield { from: pod.ref, to: ref, evidence: because(fact(pod.ref, containerField(container, 'name'))) };
      }
    },
  },
});
