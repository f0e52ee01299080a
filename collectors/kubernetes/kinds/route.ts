import type { RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';
import type { Fields } from '../fields.ts';
import type { Facts, ObjectKind } from '../kind.ts';
import type { KubernetesObject } from '../object.ts';
import { gatewayGroup } from './gateway.ts';

type Served = Pick<ObjectKind, 'kind' | 'resource' | 'version'>;

const served: readonly Served[] = [
  { kind: 'HTTPRoute', resource: 'httproutes', version: 'v1' },
  { kind: 'GRPCRoute', resource: 'grpcroutes', version: 'v1' },
  { kind: 'TLSRoute', resource: 'tlsroutes', version: 'v1' },
  { kind: 'TCPRoute', resource: 'tcproutes', version: 'v1' },
  { kind: 'UDPRoute', resource: 'udproutes', version: 'v1' },
];

/** A reference without a group or kind means a gateway (ParentReference). */
function gatewayOf(parent: Fields, namespace: string): string | null {
  const name = parent.string('name');
  const isGateway =
    (parent.string('group') ?? gatewayGroup) === gatewayGroup && (parent.string('kind') ?? 'Gateway') === 'Gateway';
  return isGateway && name !== null ? ref('Gateway', parent.string('namespace') || namespace, name) : null;
}

/** Whether a gateway has accepted the route, by what its controller says: one listener that does is enough. */
function accepted(status: Fields, gateway: string, namespace: string): boolean | null {
  const said = status
    .list('parents')
    .filter((parent) => gatewayOf(parent.object('parentRef'), namespace) === gateway)
    .flatMap((parent) => parent.list('conditions').filter((item) => item.string('type') === 'Accepted'))
    .map((condition) => condition.string('status'));
  if (said.includes('True')) return true;
  return said.length > 0 && said.every((answer) => answer === 'False') ? false : null;
}

function attachments(from: string, object: KubernetesObject, namespace: string): readonly RelationshipFact[] {
  const sections = new Map<string, Set<string>>();
  for (const parent of object.fields.object('spec').list('parentRefs')) {
    const gateway = gatewayOf(parent, namespace);
    if (gateway === null) continue;
    const names = sections.get(gateway) ?? new Set();
    sections.set(gateway, names.add(parent.string('sectionName') || '*'));
  }
  return Array.from(sections, ([to, names]) => ({
    kind: 'ATTACHES_TO',
    from,
    to,
    properties: { listeners: [...names], accepted: accepted(object.fields.object('status'), to, namespace) },
  }));
}

/** The services that a rule sends to: its backends, and those that get a copy of the traffic. */
function backends(rule: Fields, namespace: string): readonly string[] {
  const refs = rule.list('backendRefs').filter((backend) => backend.integer('weight') !== 0);
  const filters = [rule, ...refs].flatMap((each) => each.list('filters'));
  const mirrors = filters.filter((each) => each.has('requestMirror'));
  return [...refs, ...mirrors.map((each) => each.object('requestMirror').object('backendRef'))].flatMap((backend) => {
    const name = backend.string('name');
    const isService = (backend.string('group') ?? '') === '' && (backend.string('kind') ?? 'Service') === 'Service';
    return isService && name !== null ? [ref('Service', backend.string('namespace') || namespace, name)] : [];
  });
}

/** The paths of an HTTPRoute, the methods of a GRPCRoute; a rule that names none takes all. */
function paths(kind: string, rule: Fields): readonly string[] {
  if (kind !== 'HTTPRoute' && kind !== 'GRPCRoute') return [''];
  const found = rule.list('matches').map((match) => {
    if (kind === 'HTTPRoute') return match.object('path').string('value') ?? '/';
    const method = match.object('method');
    return `/${method.string('service') ?? '*'}/${method.string('method') ?? '*'}`;
  });
  return found.length > 0 ? found : ['/'];
}

function map(kind: string, object: KubernetesObject): Facts {
  const { uid, createdAt } = object;
  const namespace = object.namespace ?? 'default';
  const spec = object.fields.object('spec');
  const name = `${kind}/${object.name}`;
  const from = ref('Route', namespace, name);
  const named = spec.strings('hostnames');
  const hosts = named.length > 0 ? named : ['*'];
  const routes = new Map<string, Set<string>>();
  for (const rule of spec.list('rules')) {
    const taken = paths(kind, rule).flatMap((path) => hosts.map((host) => `${host}${path}`));
    for (const to of backends(rule, namespace)) routes.set(to, new Set([...(routes.get(to) ?? []), ...taken]));
  }
  return {
    nodes: [{ kind: 'Route', uid, namespace, name, properties: { createdAt, routeKind: kind, hosts } }],
    relationships: [
      { kind: 'IN_NAMESPACE', from, to: ref('Namespace', null, namespace) },
      ...attachments(from, object, namespace),
      ...Array.from(
        routes,
        ([to, taken]): RelationshipFact => ({ kind: 'ROUTES_TO', from, to, properties: { routes: [...taken] } }),
      ),
    ],
  };
}

/** Every kind of route of the Gateway API; they differ in what they match, which matters to nobody but their gateway. */
export const routes: readonly ObjectKind[] = served.map((at) => ({
  ...at,
  group: gatewayGroup,
  namespaced: true,
  map: (object) => map(at.kind, object),
}));
