import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { callerError } from '../../resolvers/errors.ts';
import { errorBody } from '../errors.ts';
import type { Caller } from './caller.ts';
import { type JwtSettings, jwtVerifier } from './jwt.ts';
import type { NodeTokens } from './node-token.ts';
import { tokenFile } from './token-file.ts';

/** How callers prove who they are, in `Authorization: Bearer`: a token of the file, or else a JWT. */
export interface AuthSettings {
  readonly jwt?: JwtSettings;
  /** The path of a file of tokens; read once, at start. */
  readonly tokenFile?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set on the routes that stand behind the guard. */
    caller: Caller;
  }
}

const statuses: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, UPSTREAM_UNAVAILABLE: 503 };

/**
 * Finds out who a caller is by his `Authorization` header, or by his connection where that may speak for him. Throws a
 * GraphQLError that says what is wrong with it.
 */
export type Identify = (header: string | undefined, socket?: Socket) => Promise<Caller>;

export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

interface GuardSettings {
  readonly auth: AuthSettings | null;
  readonly tenant: string;
}

/** Without settings everybody is the whole default tenant, and may write. */
export async function identifier({ auth, tenant }: GuardSettings): Promise<Identify> {
  if (auth !== null) return identifierOf(auth, tenant);
  const rights = { mayWrite: true, mayRead: true, mayIngest: true, node: null } as const;
  const anybody = { clusters: 'all', namespaces: 'all', name: 'somebody on this machine', ...rights } as const;
  return async () => ({ ...anybody, tenant, expiresAt: null });
}

/** Knows sensors by the tokens of their clusters as well. */
export function withNodeTokens(nodeTokens: NodeTokens, identify: Identify): Identify {
  return async (header, socket) => {
    const token = tokenIn(header);
    const sensor = token === undefined ? null : await nodeTokens(token);
    return sensor ?? identify(header, socket);
  };
}

function tokenIn(header: string | undefined): string | undefined {
  return /^Bearer +([^ ]+) *$/i.exec(header ?? '')?.[1];
}

/** Turns away whoever may not do this, whose credential is for something else. */
export function only(right: 'mayRead' | 'mayIngest', identify: Identify): Identify {
  return async (header, socket) => {
    const caller = await identify(header, socket);
    if (caller[right]) return caller;
    const message = {
      mayRead: 'The credential is for sending events only: it reads nothing.',
      mayIngest: 'The credential does not allow sending events: it needs the right to ingest.',
    }[right];
    throw callerError('FORBIDDEN', message);
  };
}

/** The onRequest hook that routes with something to hide stand behind: strangers' bodies are not even read. */
export function guard(identify: Identify, logger: Logger): Guard {
  return async (request, reply) => {
    try {
      request.caller = await identify(request.headers.authorization, request.raw.socket);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const code = String(error.extensions.code);
      if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer realm="portolan"');
      if (error.originalError) logger.error({ err: error.originalError }, error.message);
      return reply.code(statuses[code] ?? 500).send(errorBody(code, error.message));
    }
  };
}

async function identifierOf(auth: AuthSettings, tenant: string): Promise<Identify> {
  const fromFile = auth.tokenFile === undefined ? () => null : await tokenFile(auth.tokenFile, tenant);
  const verify = auth.jwt === undefined ? null : jwtVerifier(auth.jwt, tenant);
  return async (header) => {
    const token = tokenIn(header);
    if (token === undefined) throw callerError('UNAUTHENTICATED', 'Say who you are: Authorization: Bearer TOKEN.');
    const known = fromFile(token);
    if (known !== null) return known;
    if (verify === null) throw callerError('UNAUTHENTICATED', 'The token is not known here.');
    return verify(token);
  };
}
