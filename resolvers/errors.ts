import { GraphQLError } from 'graphql';

/** The codes that errors carry in `extensions.code`, beside those of GraphQL itself; see docs/protocol/http.md. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'COST_LIMIT_EXCEEDED'
  | 'DEPTH_LIMIT_EXCEEDED'
  | 'ALIAS_LIMIT_EXCEEDED'
  | 'TIMEOUT'
  | 'CLIENT_CLOSED_REQUEST'
  | 'CURSOR_EXPIRED'
  | 'UPSTREAM_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/** An error meant for the caller: the message says what to do. The cause is for the log alone. */
export function callerError(code: ErrorCode, message: string, cause?: unknown): GraphQLError {
  const originalError = cause instanceof Error ? cause : null;
  return new GraphQLError(message, { originalError, extensions: { code } });
}

export function badUserInput(message: string): GraphQLError {
  return callerError('BAD_USER_INPUT', message);
}

/** A refusal before execution: the answer has no data, and status 400. */
export function refusal(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}
