import type { RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';
import type { Fields } from '../fields.ts';
import { inNamespace, type ObjectKind, objectNode } from '../kind.ts';
import { isInternalIngress } from './internal.ts';
import { loadBalancerAddresses } from './load-balancer-status.ts';

/** The service behind a backend; `serviceName` is how v1beta1 put it. Null for a backend that is another resource. */
function serviceName(backend: Fields): string | null {
  return backend.object('service').string('name') ?? backend.string('serviceName');
}

export const ingress: ObjectKind = {
  kind: 'Ingress',
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'ingresses',
  namespaced: true,
  map: (object) => {
    const spec = object.fields.object('spec');
    const className = spec.string('ingressClassName') ?? object.annotations.get('kubernetes.io/ingress.class') ?? null;
    const addresses = loadBalancerAddresses(object.fields);
    const hosts = new Set<string>();
    const routes = new Map<string, Set<string>>();
    const route = (host: string, path: string, backend: Fields): void => {
      hosts.add(host);
      const name = serviceName(backend);
      if (name === null) return;
      const found = routes.get(name) ?? new Set();
      routes.set(name, found.add(`${host}${path.startsWith('/') ? '' : '/'}${path}`));
    };
    for (const rule of spec.list('rules')) {
      const host = rule.string('host') || '*';
      for (const path of rule.object('http').list('paths')) {
        route(host, path.string('path') ?? '/', path.object('backend'));
      }
    }
    for (const name of ['defaultBackend', 'backend']) if (spec.has(name)) route('*', '/', spec.object(name));
    const from = ref('Ingress', object.namespace, object.name);
    return {
      nodes: [
        objectNode('Ingress', object, {
          createdAt: object.createdAt,
          className,
          hosts: [...hosts],
          tls: spec.list('tls').length > 0,
          addresses,
          internal: isInternalIngress(object.annotations, className, addresses ?? []),
        }),
      ],
      relationships: [
        ...inNamespace('Ingress', object),
        ...Array.from(
          routes,
          ([name, paths]): RelationshipFact => ({
            kind: 'ROUTES_TO',
            from,
            to: ref('Service', object.namespace, name),
            properties: { routes: [...paths] },
          }),
        ),
      ],
    };
  },
};
