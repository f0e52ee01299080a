import type { Fields } from '../fields.ts';

/** The addresses and host names in `status.loadBalancer.ingress` of a Service or Ingress. */
export function loadBalancerAddresses(object: Fields): readonly string[] {
  const ingress = object.object('status').object('loadBalancer').list('ingress');
  return ingress.flatMap((item) => [item.string('ip'), item.string('hostname')]).filter((text) => text !== null);
}
