import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { callerError } from '../../resolvers/errors.ts';
import { isLoopback } from '../loopback.ts';
import { type Caller, namesOf } from './caller.ts';

/** Tokens of an identity provider. */
export interface JwtSettings {
  /** The value of `iss`. */
  readonly issuer: string;
  /** The value that `aud` must hold. */
  readonly audience: string;
  /** Where the provider publishes its keys; https, or loopback. */
  readonly jwksUri: string;
  /** The algorithms that are accepted: RS256, PS256, ES256 and EdDSA unless given. */
  readonly algorithms?: readonly string[];
  /** The claims that say what the caller may see. */
  readonly claims?: {
    /** A text; the gateway's own tenant where the claim is missing. `portolan_tenant` unless given. */
    readonly tenant?: string;
    /** A list of names or ids, or "*". Required. `portolan_clusters` unless given. */
    readonly clusters?: string;
    /** A list of `namespace` and `cluster/namespace`, or "*", as if it were missing. `portolan_namespaces` unless given. */
    readonly namespaces?: string;
    /** `true` for a caller who may change something. `portolan_write` unless given. */
    readonly write?: string;
    /** `true` for a sender of events, who may do nothing else. `portolan_ingest` unless given. */
    readonly ingest?: string;
    /** The name of the node whose sensor the sender is. `portolan_node` unless given. */
    readonly node?: string;
  };
}

const defaultAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** Checks a token and reads its claims. UNAUTHENTICATED when it is no good, FORBIDDEN when it grants nothing. */
export function jwtVerifier(settings: JwtSettings, defaultTenant: string): (token: string) => Promise<Caller> {
  const { issuer, audience, algorithms = defaultAlgorithms } = settings;
  const jwks = URL.parse(settings.jwksUri);
  if (jwks === null || !(jwks.protocol === 'https:' || (jwks.protocol === 'http:' && isLoopback(jwks.hostname)))) {
    throw new Error(`the JWKS address ${JSON.stringify(settings.jwksUri)} must begin with https://`);
  }
  const keys = createRemoteJWKSet(jwks);
  const options = { issuer, audience, algorithms: [...algorithms], requiredClaims: ['exp'] };
  return async (token) => callerOf(await payloadOf(token), settings.claims ?? {}, defaultTenant);

  async function payloadOf(token: string): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, keys, options)).payload;
    } catch (error) {
      // A bare JOSEError, or one of time, is about fetching the keys; every other is about the token.
      const fetching =
        !(error instanceof errors.JOSEError) || ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT'].includes(error.code);
      if (!fetching) throw callerError('UNAUTHENTICATED', `The token is refused: ${error.message}.`);
      throw callerError(
        'UPSTREAM_UNAVAILABLE',
        "The identity provider's keys cannot be had for now: try again.",
        error,
      );
    }
  }
}

function callerOf(payload: JWTPayload, claims: NonNullable<JwtSettings['claims']>, defaultTenant: string): Caller {
  const {
    tenant = 'portolan_tenant',
    clusters = 'portolan_clusters',
    namespaces = 'portolan_namespaces',
    write = 'portolan_write',
    ingest = 'portolan_ingest',
    node = 'portolan_node',
  } = claims;
  const tenantName = payload[tenant] ?? defaultTenant;
  const clusterNames = namesOf(payload[clusters]);
  const namespaceNames = namesOf(payload[namespaces] ?? '*');
  if (typeof tenantName !== 'string' || tenantName === '') throw forbidden(tenant, 'a text');
  if (clusterNames === null) throw forbidden(clusters, 'a list of clusters, or "*" for all');
  if (namespaceNames === null) throw forbidden(namespaces, 'a list of namespaces, or "*" for all');
  const mayIngest = payload[ingest] === true;
  if (mayIngest && clusterNames === 'all')
    throw forbidden(clusters, 'the clusters whose events it may send, each by name');
  const nodeName = payload[node] ?? null;
  if (nodeName !== null && (typeof nodeName !== 'string' || nodeName === '' || !mayIngest))
    throw forbidden(node, `the name of a node, beside ${ingest}`);
  return {
    tenant: tenantName,
    clusters: clusterNames,
    namespaces: namespaceNames,
    name: payload.sub || 'a token without a subject',
    mayWrite: payload[write] === true && !mayIngest,
    mayRead: !mayIngest,
    mayIngest,
    node: nodeName,
    expiresAt: (payload.exp as number) * 1_000, // required
  };
}

function forbidden(claim: string, shape: string): Error {
  return callerError('FORBIDDEN', `The token grants nothing: its claim ${claim} must be ${shape}.`);
}
