import type { ClusterIdentity } from '../cluster.ts';
import { defaultAudiences } from '../kinds/api-token.ts';
import type { ClusterConfig } from './access.ts';
import { ApiError, type ApiServer, apiServer } from './api-server.ts';
import { execByGet } from './exec-by-get.ts';
import { defaultTiming } from './timing.ts';

/** A cluster that answers. */
export interface LiveCluster extends ClusterIdentity {
  /** Where its API server is. */
  readonly server: string;
  /** As it says it, such as v1.36.3. */
  readonly version: string;
  /** Whether get suffices to exec over WebSocket, where its metrics tell. */
  readonly execByGet: boolean | null;
  /** The audiences of tokens that it takes for itself. */
  readonly audiences: readonly string[];
}

/**
 * Asks the API server of the configuration which cluster it is. Rejects with AccessError where nothing is configured,
 * with ApiError or the network's error where it does not answer. A cluster whose namespace kube-system we may not get
 * is known by its name.
 */
export async function identifyCluster(config: ClusterConfig, signal?: AbortSignal): Promise<LiveCluster> {
  const server = apiServer(config, defaultTiming);
  const until = signal ?? AbortSignal.timeout(defaultTiming.requestMs);
  try {
    const access = await server.access();
    const version = await serverVersion(server, until);
    const name = config.name ?? clusterName(access.name);
    const kubeSystem = await server.get('/api/v1/namespaces/kube-system', until).catch(nullIfRefused);
    const { uid } = ((kubeSystem as { readonly metadata?: unknown } | null)?.metadata ?? {}) as {
      readonly uid?: unknown;
    };
    return {
      key: typeof uid === 'string' && uid !== '' ? uid : name,
      name,
      server: access.server,
      version,
      execByGet: await execByGet(server, until),
      audiences: await audiences(server, until),
    };
  } finally {
    await server.close();
  }
}

export async function serverVersion(server: ApiServer, signal: AbortSignal): Promise<string> {
  const { gitVersion } = ((await server.get('/version', signal)) ?? {}) as { readonly gitVersion?: unknown };
  if (typeof gitVersion !== 'string') throw new Error('what answers is no Kubernetes API server: it has no /version');
  return gitVersion;
}

/** The API server takes tokens for its own issuer unless told otherwise (--api-audiences). */
async function audiences(server: ApiServer, signal: AbortSignal): Promise<readonly string[]> {
  const found = await server.get('/.well-known/openid-configuration', signal).catch(nullIfRefused);
  const { issuer } = (found ?? {}) as { readonly issuer?: unknown };
  return typeof issuer === 'string' && issuer !== '' ? [...new Set([issuer, ...defaultAudiences])] : defaultAudiences;
}

/** Not ours to see, or not there. Anything else is a hiccup, which must not make of it another cluster. */
function nullIfRefused(error: unknown): null {
  if (error instanceof ApiError && [401, 403, 404].includes(error.status)) return null;
  throw error;
}

/** EKS names clusters in kubeconfigs by ARN, whose last part is the name; client-node calls the one around us inCluster. */
export function clusterName(name: string): string {
  if (name === 'inCluster') return 'in-cluster';
  return name.slice(name.lastIndexOf('/') + 1) || 'cluster';
}
