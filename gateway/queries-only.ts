import { type ASTVisitor, GraphQLError, Kind, OperationTypeNode, type ValidationContext } from 'graphql';

/** A validation rule: operations the schema has no root type for are refused before they run, as the caller's mistake. */
export function queriesOnly(context: ValidationContext): ASTVisitor {
  return {
    [Kind.OPERATION_DEFINITION](node) {
      if (node.operation === OperationTypeNode.QUERY || context.getSchema().getRootType(node.operation)) return;
      context.reportError(new GraphQLError(`There is no ${node.operation} here: only queries.`, { nodes: node }));
    },
  };
}
