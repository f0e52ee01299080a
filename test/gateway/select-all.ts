import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from 'graphql';

/**
 * A fragment `all` on Node with every field that any type of node has, so that a new one is asked for as soon as it is
 * there: related nodes by id and name, lists by their first page.
 */
export function everyFieldOfNodes(schema: GraphQLSchema): string {
  const types = schema.getPossibleTypes(schema.getType('Node') as never);
  return `fragment all on Node { __typename ${types.map((type) => `... on ${type.name} { ${fields(type, true)} }`).join(' ')} }`;
}

/** Every field of a type. With aliases, since types of one answer may have different ones of a name. */
function fields(type: GraphQLCompositeType, aliased: boolean): string {
  if (!('getFields' in type)) return '__typename';
  return Object.values(type.getFields())
    .map((field: GraphQLField<unknown, unknown>) => {
      const name = aliased ? `${type.name}_${field.name}: ${field.name}` : field.name;
      return `${name} ${selectionOf(getNamedType(field.type))}`;
    })
    .join(' ');
}

function selectionOf(type: ReturnType<typeof getNamedType>): string {
  if (isLeafType(type)) return '';
  if (!isCompositeType(type)) throw new TypeError(`${String(type)} cannot be selected from`);
  const related = isInterfaceType(type) || (isObjectType(type) && type.getInterfaces().length > 0);
  if (related) return '{ id name }';
  if (type.name.endsWith('Connection')) return '{ totalCount pageInfo { hasNextPage endCursor } nodes { id name } }';
  return `{ ${fields(type, false)} }`;
}
