import type { GatewayListener } from '../model/gateway-listener.ts';
import { selectsLabels } from '../model/label-selector.ts';
import { ref } from '../model/ref.ts';
import type { ModelNode, Read } from './read.ts';

/** The kinds of routes that a protocol can carry (Gateway API, ProtocolType). Of others an implementation decides. */
const carries: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute', 'TCPRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
};

/** The listeners of a gateway to which a route can attach, among those that it asks for by name (* for any). */
export function attachingListeners(
  gateway: ModelNode<'Gateway'>,
  route: ModelNode<'Route'>,
  asked: readonly string[],
  read: Read,
): readonly GatewayListener[] {
  const { routeKind, hosts } = route.properties;
  const kind = routeKind ?? '';
  // Traffic that carries no host name goes to all routes.
  const named = kind !== 'TCPRoute' && kind !== 'UDPRoute';
  return (gateway.properties.listeners ?? []).filter(
    (listener) =>
      (asked.includes('*') || asked.includes(listener.name)) &&
      (carries[listener.protocol]?.includes(kind) ?? true) &&
      (listener.routeKinds.length === 0 || listener.routeKinds.includes(kind)) &&
      (!named || (hosts ?? ['*']).some((host) => meets(listener.hostname ?? '*', host))) &&
      admits(listener, gateway, route, read),
  );
}

function admits(
  { routesFrom, namespaceSelector }: GatewayListener,
  gateway: ModelNode<'Gateway'>,
  route: ModelNode<'Route'>,
  read: Read,
): boolean {
  if (routesFrom === 'All') return true;
  if (routesFrom === 'Same') return route.namespace === gateway.namespace;
  if (routesFrom !== 'Selector' || namespaceSelector === null || route.namespace === null) return false;
  const namespace = read.node('Namespace', ref('Namespace', null, route.namespace));
  // The API server gives every namespace this label, which a manifest need not have.
  const name = `kubernetes.io/metadata.name=${route.namespace}`;
  return selectsLabels(namespaceSelector, [...(namespace?.properties.labels ?? []), name]);
}

/** Whether two host names, each exact, with a wildcard for what comes first, or * for all, have one in common. */
function meets(one: string, other: string): boolean {
  return one === other || covers(one, other) || covers(other, one);
}

function covers(wildcard: string, host: string): boolean {
  return wildcard.startsWith('*') && host.endsWith(wildcard.slice(1));
}
