import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Logger } from 'pino';
import type { TokenKeys } from '../../collectors/kubernetes/live/token-keys.ts';
import { nodeId } from '../../graph/model/id.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { callerError } from '../../resolvers/errors.ts';
import type { Caller } from './caller.ts';

/** A cluster whose sensors may come with the tokens that it gave them. */
export interface TokenCluster {
  readonly id: string;
  readonly name: string;
  /** Asks its API server. */
  keys(signal: AbortSignal): Promise<TokenKeys>;
}

/** The caller that a token stands for; null for a token that no cluster here has signed. Throws a GraphQLError for one that is no good. */
export type NodeTokens = (token: string) => Promise<Caller | null>;

/** What deploy/sensor/sensor.yaml asks for, and as whom its pods run. */
const audience = 'portolan';
const account = 'system:serviceaccount:portolan-sensor:sensor';
/** Clusters sign with RSA or P-256 keys (kube-apiserver --service-account-signing-key-file). */
const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];
/** Keys are rotated now and then: they are asked for again, at most so often, when a token fits none that is known. */
const renewMs = 30_000;
const answerMs = 5_000;

interface Known {
  readonly keys: TokenKeys | null;
  readonly at: number;
}

/**
 * Knows sensors by projected service account tokens: the cluster is the one whose keys verify the token, the node the one that
 * Kubernetes has bound it to (KEP-4193, from 1.30 on). Nothing is sent anywhere: clusters are asked for their keys only. A token
 * ends with its pod as soon as the graph has that as deleted; one whose pod is not charted yet is taken.
 */
export function nodeTokens(
  clusters: () => readonly TokenCluster[],
  tenant: string,
  store: Pick<GraphStore, 'nodes'>,
  logger: Logger,
  now: () => number = Date.now,
): NodeTokens {
  const known = new Map<string, Promise<Known>>();

  async function ask(cluster: TokenCluster): Promise<Known> {
    const at = now();
    try {
      return { keys: await cluster.keys(AbortSignal.timeout(answerMs)), at };
    } catch (err) {
      logger.warn({ err, cluster: cluster.name }, 'the keys of its tokens cannot be had: sensors with tokens wait');
      return { keys: null, at };
    }
  }

  /** The keys of a cluster if they may verify a token; asked for anew where they cannot. */
  async function keysFor(
    cluster: TokenCluster,
    { iss }: JWTPayload,
    kid: string | undefined,
  ): Promise<TokenKeys | null> {
    const fits = (keys: TokenKeys | null): keys is TokenKeys =>
      keys !== null && keys.issuer === iss && keys.keys.some((key) => key.kid === kid);
    let asked = known.get(cluster.id);
    const before = await asked;
    if (before === undefined || (!fits(before.keys) && now() - before.at > renewMs)) {
      // Somebody else may have asked meanwhile.
      if (known.get(cluster.id) === asked) known.set(cluster.id, ask(cluster));
      asked = known.get(cluster.id);
    }
    const { keys } = (await asked) as Known;
    return fits(keys) ? keys : null;
  }

  return async (token) => {
    const claims = unverified(token);
    if (claims === null) return null;
    let refusal: errors.JOSEError | null = null;
    const found: { readonly cluster: TokenCluster; readonly payload: JWTPayload }[] = [];
    for (const cluster of clusters()) {
      const keys = await keysFor(cluster, claims.payload, claims.kid);
      if (keys === null) continue;
      const options = { issuer: keys.issuer, audience, algorithms, requiredClaims: ['exp'] };
      try {
        const set = createLocalJWKSet({ keys: keys.keys } as unknown as JSONWebKeySet);
        found.push({ cluster, payload: (await jwtVerify(token, set, options)).payload });
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        refusal = error; // another cluster may have given it, whatever this one calls its keys
      }
    }
    const [first, second] = found;
    if (first === undefined && refusal !== null)
      throw callerError('UNAUTHENTICATED', `The token is refused: ${refusal.message}.`);
    if (first === undefined) return null;
    if (second !== undefined) {
      const names = `${first.cluster.name} and ${second.cluster.name}`;
      throw callerError('FORBIDDEN', `${names} sign with the same keys: nobody knows of which of them this token is.`);
    }
    const caller = callerOf(first.payload, first.cluster, tenant);
    if (await isGone(first.payload, first.cluster))
      throw callerError('UNAUTHENTICATED', 'The token is refused: its pod has been deleted.');
    return caller;
  };

  /** Whether the pod that a token is bound to was charted, and has been deleted since. */
  async function isGone(payload: JWTPayload, cluster: TokenCluster): Promise<boolean> {
    const uid = boundTo(payload).pod?.uid;
    if (typeof uid !== 'string') return false;
    const [pod] = await store.nodes(wholeTenant(tenant), [nodeId('Pod', cluster.id, uid)]);
    return pod != null && pod.deletedAt !== null;
  }
}

interface Bound {
  readonly node?: { readonly name?: unknown };
  readonly pod?: { readonly uid?: unknown };
}

/** What Kubernetes says that a token is bound to. */
function boundTo(payload: JWTPayload): Bound {
  return (payload['kubernetes.io'] ?? {}) as Bound;
}

/** What a token says of itself, if it is one of Kubernetes for us; null for any other. */
function unverified(token: string): { readonly payload: JWTPayload; readonly kid: string | undefined } | null {
  try {
    const payload = decodeJwt(token);
    const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid?: string };
    return 'kubernetes.io' in payload ? { payload, kid } : null;
  } catch {
    return null;
  }
}

function callerOf(payload: JWTPayload, { id }: TokenCluster, tenant: string): Caller {
  const { sub = '' } = payload;
  if (sub !== account) throw callerError('FORBIDDEN', `The token is of ${sub}; sensors run as ${account}.`);
  const node = boundTo(payload).node?.name;
  if (typeof node !== 'string' || node === '')
    throw callerError('FORBIDDEN', 'The token names no node: Kubernetes binds tokens of pods to nodes from 1.30 on.');
  return {
    tenant,
    clusters: [id],
    namespaces: 'all',
    name: `the sensor of ${node}`,
    mayWrite: false,
    mayRead: false,
    mayIngest: true,
    node,
    expiresAt: (payload.exp as number) * 1_000, // required
  };
}
