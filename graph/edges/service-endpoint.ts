import { because, type Derived, defineEdge, fact } from './define.ts';
import { mayRun } from './pods.ts';
import type { ModelNode, Read } from './read.ts';

/**
 * The containers of a pod that answer on these ports. A port need not be declared, so that a pod of which none
 * declares one is taken to answer with any container that stays.
 */
function listeners(pod: ModelNode<'Pod'>, ports: readonly string[], read: Read): readonly string[] {
  const containers = read
    .out(pod.ref, 'HAS_CONTAINER')
    .flatMap((ref) => read.node('Container', ref) ?? [])
    .filter(({ properties: { type } }) => type === 'container' || type === 'sidecar');
  const declared = containers.filter((container) => container.properties.ports?.some((port) => ports.includes(port)));
  return (declared.length > 0 ? declared : containers).map((container) => container.ref);
}

export const serviceEndpoint = defineEdge({
  name: 'SERVICE_ENDPOINT',
  class: 'link',
  attack: [],
  from: ['Service'],
  to: ['Container'],
  difficulty: 0,
  summary: 'What reaches a service reaches the containers that answer for it.',
  precondition:
    'An EndpointSlice of the service lists the pod, which has not ended, and the container declares the port, or no container of the pod does.',
  remediation: 'Narrow the selector of the service.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/'],
  derive: {
    *Service(service, read): Iterable<Derived> {
      for (const podRef of read.out(service.ref, 'SELECTS')) {
        const pod = read.node('Pod', podRef);
        if (!pod || !mayRun(pod)) continue;
        const ports = read.properties(service.ref, 'SELECTS', podRef)?.ports;
        for (const container of listeners(pod, Array.isArray(ports) ? ports : [], read)) {
          yield {
            from: service.ref,
            to: container,
            evidence: because(fact(service.ref, 'spec.selector'), fact(podRef, 'status.podIP')),
          };
        }
      }
    },
  },
});
