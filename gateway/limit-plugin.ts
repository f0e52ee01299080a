import type { ApolloServerPlugin } from '@apollo/server';
import { getVariableValues } from 'graphql';
import type { Context } from '../resolvers/context.ts';
import { refusal } from '../resolvers/errors.ts';
import type { Limits } from './limits.ts';
import { type Measure, measure } from './measure.ts';

/** Refuses an operation that is too large before it runs, and says of each answer what it cost. */
export function limitPlugin(limits: Limits): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => {
      let size: Measure | undefined;
      return {
        didResolveOperation: async ({ schema, document, operation, request }) => {
          // Execution refuses an unknown operation and bad variables by itself, and says which.
          if (!operation) return;
          const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {});
          if (!coerced) return;
          size = measure(schema, document, operation, coerced);
          refuseLarge(size, limits);
        },
        willSendResponse: async ({ response: { body } }) => {
          if (body.kind !== 'single' || size === undefined) return;
          body.singleResult.extensions = { ...body.singleResult.extensions, cost: size.cost };
        },
      };
    },
  };
}

/** Throws a refusal that names the limit. */
export function refuseLarge({ depth, aliases, cost }: Measure, limits: Limits): void {
  if (depth > limits.depth) {
    throw refusal('DEPTH_LIMIT_EXCEEDED', `The document nests ${depth} fields deep; the limit is ${limits.depth}.`);
  }
  if (aliases > limits.aliases) {
    throw refusal('ALIAS_LIMIT_EXCEEDED', `The document has ${aliases} aliases; the limit is ${limits.aliases}.`);
  }
  if (cost > limits.cost) {
    const advice = 'ask for smaller pages, or in several requests';
    throw refusal('COST_LIMIT_EXCEEDED', `The document costs ${cost}; the limit is ${limits.cost}: ${advice}.`);
  }
}
