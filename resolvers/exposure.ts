import { edges } from '../graph/edges/index.ts';
import type { GraphNode } from '../graph/model/graph.ts';
import type { Filter } from '../graph/store/filter.ts';
import type { Neighbour } from '../graph/store/port.ts';
import { type Relation, relations } from '../schema/lists.ts';
import type { ExposureFilter, ExposureResolvers, QueryResolvers } from '../schema/types.ts';
import { techniqueOf } from './attack-edge.ts';
import { type Connection, listNeighbours, listNodes } from './connection.ts';
import { badUserInput } from './errors.ts';
import { evidenceOf } from './evidence.ts';
import { clustersOf, filterOf } from './filter.ts';
import { pageOf } from './page.ts';

/** The attack edges by which a door is open to the Internet. */
const openings = edges.filter(({ from }) => from.includes('Internet')).map(({ name }) => name);

const none: Connection<Neighbour> = {
  page: () => ({ items: [], hasNextPage: false }),
  hasPreviousPage: false,
  total: () => 0,
};

export const Query: QueryResolvers = {
  exposures: async (_, args, { reads }) => {
    const page = pageOf(args);
    const { items } = await reads.find({ kinds: ['Internet'], page: { first: 1 } });
    const internet = items[0]?.item;
    const { technique, ...node } = args.filter ?? {};
    // No relationship at all would mean every one to the store.
    if (internet === undefined || technique?.length === 0) return none;
    const filter: Filter = filterOf('Node', node, await clustersOf(node, reads));
    const query = { relationships: openingsOf(technique), direction: 'out', filter } as const;
    return {
      page: () => reads.adjacent(internet.id, { ...query, page }),
      hasPreviousPage: args.after != null,
      total: () => reads.countAdjacent(internet.id, query),
    };
  },
};

function openingsOf(wanted: ExposureFilter['technique']): readonly string[] {
  const unknown = wanted?.find((name) => !openings.includes(name));
  if (unknown !== undefined) {
    throw badUserInput(`No door is opened by ${JSON.stringify(unknown)}; there are ${openings.join(', ')}.`);
  }
  return wanted ?? openings;
}

export const Exposure: ExposureResolvers = {
  id: ({ edge }) => edge.id,
  name: ({ edge }) => edge.kind,
  technique: ({ edge }) => techniqueOf(edge.kind),
  door: ({ node }) => node,
  addresses: ({ edge, node }) => (edge.kind === 'EXPOSE_NODE_PORT' ? [] : addressesOf(node)),
  ports: ({ edge, node }) => portsOf(edge.kind, node),
  services: ({ node }, args, context, info) => {
    if (is(node, 'Ingress')) return listNeighbours(node, routesTo, args, context, info);
    if (is(node, 'Gateway')) return listNodes('Service', args, context, info, [behindGateway(node)]);
    const own = is(node, 'Service') && args.after == null ? [{ cursor: node.id, item: node }] : [];
    pageOf(args);
    return {
      page: () => ({ items: own, hasNextPage: false }),
      hasPreviousPage: args.after != null,
      total: () => (is(node, 'Service') ? 1 : 0),
    };
  },
  evidence: ({ edge }, _args, context) => evidenceOf(edge.id, context),
};

/** What its routes may send to: they ask for more than gateways carry and other namespaces let in. */
function behindGateway({ id }: GraphNode<'Gateway'>): Filter {
  const carried: Filter = { relationship: 'GATEWAY_ROUTE', direction: 'in', some: { field: 'id', in: [id] } };
  return { relationship: 'ROUTE_BACKEND', direction: 'in', some: carried };
}

const routesTo = relations.Ingress?.services as Relation;

function is<K extends GraphNode['kind']>(node: GraphNode, kind: K): node is GraphNode<K> {
  return node.kind === kind;
}

function addressesOf(door: GraphNode): readonly string[] {
  if (is(door, 'Ingress') || is(door, 'Gateway')) return door.properties.addresses ?? [];
  if (!is(door, 'Service')) return [];
  return [...(door.properties.addresses ?? []), ...(door.properties.externalIps ?? [])];
}

function portsOf(opening: string, door: GraphNode): readonly string[] {
  if (is(door, 'Service'))
    return (opening === 'EXPOSE_NODE_PORT' ? door.properties.nodePorts : door.properties.ports) ?? [];
  if (is(door, 'Gateway')) return door.properties.ports ?? [];
  if (is(door, 'Container')) return door.properties.hostPorts ?? [];
  // An ingress carries HTTP, and HTTPS where it has certificates; its controller decides on other ports.
  if (is(door, 'Ingress')) return door.properties.tls ? ['80/TCP', '443/TCP'] : ['80/TCP'];
  return [];
}
