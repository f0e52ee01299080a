import { because, type Derived, defineEdge, fact } from './define.ts';

/** An ingress leads to the services behind it, whatever their type. */
export const ingressBackend = defineEdge({
  name: 'INGRESS_BACKEND',
  class: 'link',
  attack: [],
  from: ['Ingress'],
  to: ['Service'],
  difficulty: 0,
  summary: 'What reaches an ingress reaches its backends.',
  precondition: 'A rule of the ingress or its default backend names the service.',
  remediation: 'Remove the rule, or restrict its host and path.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-rules'],
  derive: {
    *Ingress(ingress, read): Iterable<Derived> {
      for (const service of read.out(ingress.ref, 'ROUTES_TO')) {
        yield { from: ingress.ref, to: service, evidence: because(fact(ingress.ref, `spec backend ${service}`)) };
      }
    },
  },
});
