import { because, type Derived, defineEdge, fact } from './define.ts';
import type { ModelNode, Read } from './read.ts';

const group = 'gateway.networking.k8s.io';

/** The grants in the namespace of a service that let a route of another one send to it. */
function grants(route: ModelNode<'Route'>, service: ModelNode<'Service'>, read: Read): readonly string[] {
  if (service.namespace === null) return [];
  const from = `${route.properties.routeKind}.${group}/${route.namespace}`;
  return read.all('ReferenceGrant', service.namespace).filter((ref) => {
    const grant = read.node('ReferenceGrant', ref)?.properties;
    const names = grant?.to?.includes('Service/*') || grant?.to?.includes(`Service/${service.name}`);
    return names === true && grant?.from?.includes(from) === true;
  });
}

export const routeBackend = defineEdge({
  name: 'ROUTE_BACKEND',
  class: 'link',
  attack: [],
  from: ['Route'],
  to: ['Service'],
  difficulty: 0,
  summary: 'What reaches a route reaches its backends, and those that get a copy of its traffic.',
  precondition:
    'A rule of the route names the service with a weight that is not 0; where that lies in another namespace, a ReferenceGrant there lets routes of this kind and namespace refer to it.',
  remediation: 'Remove the backend from the route, or the ReferenceGrant that lets it in.',
  references: ['https://gateway-api.sigs.k8s.io/api-types/referencegrant/'],
  derive: {
    *Route(route, read): Iterable<Derived> {
      for (const ref of read.out(route.ref, 'ROUTES_TO')) {
        const service = read.node('Service', ref);
        if (!service) continue;
        const backend = fact(route.ref, `spec backend ${ref}`);
        if (service.namespace === route.namespace) {
          yield { from: route.ref, to: ref, evidence: because(backend) };
          continue;
        }
        const evidence = grants(route, service, read).map((grant) => [backend, fact(grant, 'spec')]);
        if (evidence.length > 0) yield { from: route.ref, to: ref, evidence };
      }
    },
  },
});
