import { internetRef } from '../model/ref.ts';
import { because, type Derived, defineEdge, fact } from './define.ts';
import { internet } from './internet.ts';
import { isPublicAddress } from './public-address.ts';

export const exposeIngress = defineEdge({
  name: 'EXPOSE_INGRESS',
  class: 'technique',
  attack: [{ id: 'T1190', name: 'Exploit Public-Facing Application' }],
  from: ['Internet'],
  to: ['Ingress'],
  difficulty: 4,
  summary: 'Exploits what a public ingress routes to.',
  precondition:
    'An Ingress has a public address in its status (in a manifest without status: neither its class nor an annotation makes it internal).',
  remediation: 'Use an internal ingress class, or ask for authentication at the ingress.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/ingress/'],
  derive: {
    *Ingress(ingress): Iterable<Derived> {
      const { internal, addresses } = ingress.properties;
      if (addresses == null ? internal === true : !addresses.some(isPublicAddress)) return;
      yield internet;
      const where = addresses == null ? 'spec.rules' : 'status.loadBalancer.ingress';
      yield { from: internetRef, to: ingress.ref, evidence: because(fact(ingress.ref, where)) };
    },
  },
});
