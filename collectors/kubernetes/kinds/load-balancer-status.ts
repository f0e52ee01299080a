import type { Fields } from '../fields.ts';

/**
 * The addresses and host names in `status.loadBalancer.ingress` of a Service or Ingress: none where no load balancer has
 * been made, null where there is no status at all, in a manifest that is yet to be applied.
 */
export function loadBalancerAddresses(object: Fields): readonly string[] | null {
  if (!object.has('status')) return null;
  const ingress = object.object('status').object('loadBalancer').list('ingress');
  return ingress.flatMap((item) => [item.string('ip'), item.string('hostname')]).filter((text) => text !== null);
}
