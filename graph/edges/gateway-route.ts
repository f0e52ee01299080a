import type { EvidenceItem } from '../model/graph.ts';
import { type Derived, defineEdge, fact } from './define.ts';
import { attachingListeners } from './listeners.ts';

export const gatewayRoute = defineEdge({
  name: 'GATEWAY_ROUTE',
  class: 'link',
  attack: [],
  from: ['Gateway'],
  to: ['Route'],
  difficulty: 0,
  summary: 'What reaches a gateway reaches its routes.',
  precondition:
    'The route names the gateway as a parent, and the controller of the gateway has accepted it; where that has not said (in a manifest), a listener that the route asks for lets in its kind, its namespace and one of its host names.',
  remediation: 'Remove the parent from the route, or narrow allowedRoutes of the listener.',
  references: ['https://gateway-api.sigs.k8s.io/concepts/security-model/'],
  derive: {
    *Route(route, read): Iterable<Derived> {
      for (const gatewayRef of read.out(route.ref, 'ATTACHES_TO')) {
        const gateway = read.node('Gateway', gatewayRef);
        const attachment = read.properties(route.ref, 'ATTACHES_TO', gatewayRef);
        if (!gateway || !attachment || attachment.accepted === false) continue;
        const asked = Array.isArray(attachment.listeners) ? attachment.listeners : [];
        const parents = fact(route.ref, 'spec.parentRefs');
        const evidence = attachingListeners(gateway, route, asked, read).map((listener): readonly EvidenceItem[] => [
          parents,
          fact(gatewayRef, `spec.listeners[name=${listener.name}]`),
        ]);
        // The controller knows better than we do.
        if (evidence.length === 0 && attachment.accepted === true) evidence.push([parents, fact(gatewayRef, 'spec')]);
        if (evidence.length > 0) yield { from: gatewayRef, to: route.ref, evidence };
      }
    },
  },
});
