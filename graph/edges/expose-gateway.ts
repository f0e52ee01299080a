import { internetRef } from '../model/ref.ts';
import { because, type Derived, defineEdge, fact } from './define.ts';
import { internet } from './internet.ts';
import { isPublicAddress } from './public-address.ts';

export const exposeGateway = defineEdge({
  name: 'EXPOSE_GATEWAY',
  class: 'technique',
  attack: [{ id: 'T1190', name: 'Exploit Public-Facing Application' }],
  from: ['Internet'],
  to: ['Gateway'],
  difficulty: 4,
  summary: 'Exploits what a public gateway routes to.',
  precondition:
    'A Gateway has a public address in its status (in a manifest without status: it asks for a public one, or for none and neither its class nor an annotation makes it internal).',
  remediation: 'Use an internal gateway class, or ask for authentication at the gateway.',
  references: ['https://gateway-api.sigs.k8s.io/api-types/gateway/'],
  derive: {
    *Gateway(gateway): Iterable<Derived> {
      const { internal, addresses } = gateway.properties;
      if (addresses == null ? internal === true : !addresses.some(isPublicAddress)) return;
      yield internet;
      const where = addresses == null ? 'spec.gatewayClassName' : 'addresses';
      yield { from: internetRef, to: gateway.ref, evidence: because(fact(gateway.ref, where)) };
    },
  },
});
