import type { GraphNode } from '../graph/model/graph.ts';
import { type NodeKind, nodeKind } from '../graph/model/kinds.ts';
import type { PropertyDefinition } from '../graph/model/property.ts';
import { type Relation, relations } from '../schema/lists.ts';
import { kindName, typeName } from '../schema/names.ts';
import { type ListArguments, listNeighbours } from './connection.ts';
import type { Context } from './context.ts';

type FieldResolver = (node: GraphNode, args: ListArguments, context: Context) => unknown;

/** The type of a node behind an interface. */
export function resolveNodeType({ kind }: GraphNode): string {
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

const cluster: FieldResolver = (node, _args, { reads }) => (node.cluster === null ? null : reads.node(node.cluster));

/** A list that is unknown shows as empty; everything else that is unknown as null. */
function property(name: string, { type }: PropertyDefinition): FieldResolver {
  const unknown = type === 'strings' || type === 'json' ? [] : null;
  return ({ properties }) => (properties as Readonly<Record<string, unknown>>)[name] ?? unknown;
}

function neighbours(relation: Relation): FieldResolver {
  if (!relation.one) return (node, args, context) => listNeighbours(node, relation, args, context);
  return async (node, _args, context) =>
    (await listNeighbours(node, relation, { first: 1 }, context)).page.items[0]?.item;
}
