import type { GatewayListener } from '../../../graph/model/gateway-listener.ts';
import type { Fields } from '../fields.ts';
import { inNamespace, type ObjectKind, objectNode, portProtocol } from '../kind.ts';
import { isInternalGateway } from './internal.ts';
import { labelSelectorOrNull } from './label-selector.ts';

export const gatewayGroup = 'gateway.networking.k8s.io';

function listener(fields: Fields): GatewayListener {
  const allowed = fields.object('allowedRoutes');
  const namespaces = allowed.object('namespaces');
  return {
    name: fields.string('name') ?? '',
    port: fields.integer('port'),
    protocol: fields.string('protocol') ?? '',
    hostname: fields.string('hostname') || null,
    routesFrom: namespaces.string('from') ?? 'Same',
    namespaceSelector: labelSelectorOrNull(namespaces, 'selector'),
    routeKinds: allowed.list('kinds').flatMap((item) => item.string('kind') ?? []),
  };
}

/** Those it has been given, or in a manifest those it asks for; null where a manifest leaves it to the controller. */
function addresses(object: Fields): readonly string[] | null {
  const status = object.has('status');
  const found = object.object(status ? 'status' : 'spec').list('addresses');
  const values = found.map((item) => item.string('value')).filter((value) => value !== null && value !== '');
  return status || values.length > 0 ? (values as readonly string[]) : null;
}

export const gateway: ObjectKind = {
  kind: 'Gateway',
  group: gatewayGroup,
  version: 'v1',
  resource: 'gateways',
  namespaced: true,
  map: (object) => {
    const spec = object.fields.object('spec');
    const className = spec.string('gatewayClassName');
    const listeners = spec.list('listeners').map(listener);
    // What stands here goes to the Service or load balancer that is made for it.
    const infrastructure = spec.object('infrastructure').stringMap('annotations');
    const ports = listeners.flatMap(({ port, protocol }) =>
      port === null ? [] : [portProtocol(port, protocol === 'UDP' ? protocol : null)],
    );
    return {
      nodes: [
        objectNode('Gateway', object, {
          createdAt: object.createdAt,
          className,
          listeners,
          hosts: [...new Set(listeners.map(({ hostname }) => hostname ?? '*'))],
          ports: [...new Set(ports)],
          addresses: addresses(object.fields),
          internal: isInternalGateway(new Map([...object.annotations, ...infrastructure]), className),
        }),
      ],
      relationships: inNamespace('Gateway', object),
    };
  },
};
