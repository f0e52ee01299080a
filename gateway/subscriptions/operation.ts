import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  validate,
} from 'graphql';
import { callerError, refusal } from '../../resolvers/errors.ts';
import { schema } from '../../resolvers/index.ts';
import { beginsWithState } from '../../resolvers/subscription.ts';
import { refuseLarge } from '../limit-plugin.ts';
import type { Limits } from '../limits.ts';
import { measure } from '../measure.ts';

/** What a client asks for, as the transports hand it over. */
export interface SubscriptionRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** A subscription that may run. */
export interface Operation {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Equal for operations that differ only in where they go on. */
  readonly key: string;
  /** Whether it must begin by itself: it says where to go on, or its first event is a state. */
  readonly beginsAlone: boolean;
  /** The same operation without saying where to go on. */
  readonly fromNow: Pick<Operation, 'document' | 'variables'>;
}

interface Parsed {
  readonly document: DocumentNode;
  readonly errors: readonly GraphQLError[];
}

const keptDocuments = 200;

/** Reads requests, and refuses what is no subscription, invalid or too large. Documents are read once. */
export function operationReader(limits: Limits): (request: SubscriptionRequest) => Operation | readonly GraphQLError[] {
  const known = new Map<string, Parsed>();

  function read(query: string): Parsed {
    const found = known.get(query);
    if (found) return found;
    const document = parse(query, { maxTokens: limits.tokens });
    const parsed = { document, errors: validate(schema, document, undefined, { maxErrors: 20 }) };
    known.set(query, parsed);
    if (known.size > keptDocuments) known.delete(known.keys().next().value as string);
    return parsed;
  }

  return ({ query, operationName, variables: given }) => {
    try {
      if (typeof query !== 'string') return [refusal('BAD_USER_INPUT', 'There is no document in `query`.')];
      const { document, errors } = read(query);
      if (errors.length > 0) return errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
      const operation = getOperationAST(document, operationName);
      if (!operation) return [callerError('BAD_USER_INPUT', 'Name one of the operations of the document.')];
      if (operation.operation !== 'subscription') {
        return [
          callerError('BAD_USER_INPUT', `Here are only subscriptions: send a ${operation.operation} by HTTP POST.`),
        ];
      }
      const { coerced, errors: wrong } = getVariableValues(schema, operation.variableDefinitions ?? [], given ?? {});
      if (!coerced) return (wrong ?? []).map((error) => coded(error, 'BAD_USER_INPUT'));
      refuseLarge(measure(schema, document, operation, coerced), limits);
      return whole(document, operation, given ?? {});
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [error.extensions.code === undefined ? coded(error, 'GRAPHQL_PARSE_FAILED') : error];
    }
  };
}

function whole(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Operation {
  const field = operation.selectionSet.selections[0];
  const after = field?.kind === Kind.FIELD ? field.arguments?.find(({ name }) => name.value === 'after') : undefined;
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const shared = after === undefined ? operation : withoutArgument(operation);
  const variable = after?.value.kind === Kind.VARIABLE ? after.value.name.value : null;
  const rest = Object.fromEntries(Object.entries(variables).filter(([name]) => name !== variable));
  const goesOn =
    after !== undefined && after.value.kind !== Kind.NULL && (variable === null || variables[variable] != null);
  const fromNow = { document: { kind: Kind.DOCUMENT, definitions: [shared, ...fragments] } as const, variables: rest };
  return {
    document: { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    operationName: operation.name?.value,
    variables,
    key: JSON.stringify([print(fromNow.document), canonical(rest)]),
    beginsAlone: goesOn || (field?.kind === Kind.FIELD && beginsWithState.has(field.name.value)),
    fromNow,
  };
}

/** The operation with its field's `after` left out. */
function withoutArgument(operation: OperationDefinitionNode): OperationDefinitionNode {
  const selections = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD
      ? { ...selection, arguments: selection.arguments?.filter(({ name }) => name.value !== 'after') ?? [] }
      : selection,
  );
  return { ...operation, selectionSet: { ...operation.selectionSet, selections } };
}

/** Equal values give equal text, whatever the order of their keys. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => [key, canonical(part)]);
}

function coded(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, path } = error;
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions: { code },
  });
}
