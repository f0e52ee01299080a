import type { ClusterConfig } from './access.ts';
import { apiServer } from './api-server.ts';
import { defaultTiming } from './timing.ts';

/** By what a cluster's own tokens, of service accounts, are known. */
export interface TokenKeys {
  /** The value of their `iss`, which clusters may share. */
  readonly issuer: string;
  /** A JSON Web Key Set (RFC 7517), as the API server gives it. */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Asks an API server for the keys that its tokens are signed with (KEP-1393). They are asked of the server itself, wherever
 * the issuer publishes them. Rejects as `get` of the server does, and where the answer is none.
 */
export async function tokenKeys(config: ClusterConfig, signal: AbortSignal): Promise<TokenKeys> {
  const server = apiServer(config, defaultTiming);
  try {
    const { issuer } = record(await server.get('/.well-known/openid-configuration', signal));
    const { keys } = record(await server.get('/openid/v1/jwks', signal, 'application/jwk-set+json'));
    if (typeof issuer !== 'string' || !Array.isArray(keys))
      throw new Error('the API server does not say by which keys its tokens are known');
    return { issuer, keys: keys.map(record) };
  } finally {
    await server.close();
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
