import { internetRef } from '../model/ref.ts';
import { because, type Derived, defineEdge, fact } from './define.ts';
import { internet } from './internet.ts';
import { isPublicAddress, isPublicRange } from './public-address.ts';

export const exposeLoadBalancer = defineEdge({
  name: 'EXPOSE_LOAD_BALANCER',
  class: 'technique',
  attack: [{ id: 'T1190', name: 'Exploit Public-Facing Application' }],
  from: ['Internet'],
  to: ['Service'],
  difficulty: 4,
  summary: 'Exploits what listens behind a public load balancer.',
  precondition:
    'A Service of type LoadBalancer has a public address in its status (in a manifest without status: is not marked internal), and loadBalancerSourceRanges, if any, let the Internet in.',
  remediation:
    'Make the load balancer internal, restrict loadBalancerSourceRanges, or put an authenticating proxy before it.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer'],
  derive: {
    *Service(service): Iterable<Derived> {
      const { type, internal, addresses, sourceRanges } = service.properties;
      if (type !== 'LoadBalancer') return;
      // Null: a manifest, whose status is yet to come. Empty: no load balancer has been made.
      if (addresses == null ? internal === true : !addresses.some(isPublicAddress)) return;
      if (sourceRanges && sourceRanges.length > 0 && !sourceRanges.some(isPublicRange)) return;
      yield internet;
      const where = addresses == null ? 'spec.type' : 'status.loadBalancer.ingress';
      yield { from: internetRef, to: service.ref, evidence: because(fact(service.ref, where)) };
    },
  },
});
