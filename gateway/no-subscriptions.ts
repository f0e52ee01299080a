import { type ASTVisitor, GraphQLError, Kind, OperationTypeNode, type ValidationContext } from 'graphql';

/** A validation rule: one answer is no place for a subscription. */
export function noSubscriptions(context: ValidationContext): ASTVisitor {
  return {
    [Kind.OPERATION_DEFINITION](node) {
      if (node.operation !== OperationTypeNode.SUBSCRIPTION) return;
      const message = 'Subscribe by WebSocket (graphql-transport-ws), or ask for `Accept: text/event-stream`.';
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}
