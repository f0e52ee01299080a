import type { GraphQLResolveInfo } from 'graphql';
import { type NodeKind, nodeKind } from '../graph/model/kinds.ts';
import type { PropertyDefinition } from '../graph/model/property.ts';
import type { NodeView } from '../graph/store/port.ts';
import { type Relation, relations } from '../schema/lists.ts';
import { kindName, typeName } from '../schema/names.ts';
import { type ListArguments, listNeighbours, neighbour } from './connection.ts';
import type { Context } from './context.ts';

type FieldResolver = (node: NodeView, args: ListArguments, context: Context, info: GraphQLResolveInfo) => unknown;

/** The type of a node behind an interface. */
export function resolveNodeType({ kind }: NodeView): string {
  return typeName(kind);
}

/** The fields of a kind's type that follow from the model: what every node has, its properties, its relationships. */
export function nodeFields(kind: NodeKind): Readonly<Record<string, FieldResolver>> {
  const properties = Object.entries(nodeKind(kind).properties).map(([name, definition]) => [
    name,
    property(name, definition),
  ]);
  const related = Object.entries(relations[typeName(kind)] ?? {}).map(([name, relation]) => [
    name,
    neighbours(relation),
  ]);
  return {
    kind: (node) => kindName(node.kind),
    // A cluster is in itself; what clusters share lies in none.
    ...(kind !== 'Cluster' && !nodeKind(kind).shared && { cluster }),
    ...Object.fromEntries(properties),
    ...Object.fromEntries(related),
  };
}

const cluster: FieldResolver = (node, _args, { reads }) => (node.cluster == null ? null : reads.node(node.cluster));

/** A list that is unknown shows as empty; everything else that is unknown as null. */
function property(name: string, { type }: PropertyDefinition): FieldResolver {
  const unknown = type === 'strings' || type === 'json' ? [] : null;
  return ({ properties }) => (properties as Readonly<Record<string, unknown>>)[name] ?? unknown;
}

function neighbours(relation: Relation): FieldResolver {
  if (relation.one) return (node, _args, context, info) => neighbour(node, relation, context, info);
  return (node, args, context, info) => listNeighbours(node, relation, args, context, info);
}
