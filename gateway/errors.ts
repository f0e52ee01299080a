import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import type { FastifyInstance } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { EventLogError, type EventLogErrorCode } from '../events/port.ts';
import { PathEngineError, type PathEngineErrorCode } from '../graph/paths/errors.ts';
import { StoreError, type StoreErrorCode } from '../graph/store/errors.ts';

/** The failures below that a caller can do something about, by code. Their messages are made for him. */
const callerCodes: Partial<Record<StoreErrorCode | PathEngineErrorCode | EventLogErrorCode, string>> = {
  INVALID_FILTER: 'BAD_USER_INPUT',
  INVALID_CURSOR: 'BAD_USER_INPUT',
  TOO_LARGE: 'BAD_USER_INPUT',
  INVALID_QUERY: 'BAD_USER_INPUT',
  BUSY: 'UPSTREAM_UNAVAILABLE',
  RESTARTING: 'UPSTREAM_UNAVAILABLE',
  CURSOR_EXPIRED: 'CURSOR_EXPIRED',
};

/**
 * The one place where errors become what callers see. Those meant for them pass; of all others they learn nothing
 * but an id, under which the log has the rest.
 */
export function errorFormatter(logger: Logger) {
  return ({ message, locations, path, extensions }: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError => {
    const place = { ...(locations && { locations }), ...(path && { path }) };
    const error = unwrapResolverError(thrown);
    const code = extensions?.code;
    if (error instanceof StoreError || error instanceof PathEngineError || error instanceof EventLogError) {
      const callerCode = callerCodes[error.code];
      if (callerCode) return { message: error.message, ...place, extensions: { code: callerCode } };
    } else if (error instanceof GraphQLError && typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') {
      return { message, ...place, extensions: { code } };
    }
    const { extensions: masked, message: said } = mask(logger, error);
    return { message: said, ...place, extensions: masked };
  };
}

/** Logs an error under a new id and returns what the caller may know of it. */
function mask(logger: Logger, error: unknown) {
  const id = randomUUID();
  logger.error({ err: error, id }, 'request failed');
  return error instanceof StoreError && error.code === 'UPSTREAM_UNAVAILABLE'
    ? { message: 'The store cannot be reached for now: try again.', extensions: { code: 'UPSTREAM_UNAVAILABLE', id } }
    : {
        message: `Something went wrong here; the log has it under ${id}.`,
        extensions: { code: 'INTERNAL_SERVER_ERROR', id },
      };
}

/** What a caller of a route other than GraphQL's is told: what is wrong, and in how many seconds to send the same again. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** When to try again where something that we need is not there, in seconds. */
export const later = 10;

/** The body of an answer that never reached GraphQL, in GraphQL's shape. */
export function errorBody(code: string, message: string, id?: string) {
  return { errors: [{ message, extensions: { code, ...(id !== undefined && { id }) } }] };
}

/** Answers what fails before GraphQL: unknown addresses, bodies that are too large or no JSON, and our own mistakes. */
export function answerHttpErrors(app: FastifyInstance, logger: Logger, bodyBytes: number): void {
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(errorBody('NOT_FOUND', `There is nothing at ${request.url.split('?')[0]}; GraphQL is at /graphql.`)),
  );
  app.setErrorHandler<Error & { statusCode?: number; code?: string }>((error, request, reply) => {
    if (error instanceof RequestError) {
      if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter);
      return reply.code(error.status).send(errorBody(error.code, error.message));
    }
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      const size = request.headers['content-length'];
      const found = size === undefined ? 'is larger' : `has ${size} bytes`;
      const limit = request.routeOptions.bodyLimit ?? bodyBytes;
      const message = `The body ${found}; the limit is ${limit} bytes.`;
      return reply.code(413).send(errorBody('BODY_LIMIT_EXCEEDED', message));
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return reply.code(error.statusCode).send(errorBody('BAD_REQUEST', error.message));
    }
    const { message, extensions } = mask(logger, error);
    const passes = extensions.code === 'UPSTREAM_UNAVAILABLE';
    if (passes) reply.header('retry-after', later);
    return reply.code(passes ? 503 : 500).send(errorBody(extensions.code, message, extensions.id));
  });
}
