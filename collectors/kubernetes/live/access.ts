import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';

/** How to reach a cluster. All null: KUBECONFIG, else ~/.kube/config, else the service account of the pod we run in. */
export interface ClusterConfig {
  /** A kubeconfig file. */
  readonly kubeconfig?: string | null;
  /** A context of the kubeconfig; null: its current one. */
  readonly context?: string | null;
  /** What to call the cluster; null: as the kubeconfig does. */
  readonly name?: string | null;
  /** What the API server enforces where a namespace has no Pod Security label; its API does not show it. */
  readonly podSecurityDefault?: 'privileged' | 'baseline' | 'restricted';
}

/** There is no way to a cluster; the message says what to do. */
export class AccessError extends Error {
  readonly code = 'NO_CLUSTER';
}

/** Credentials and connections for one API server, as they stand now. */
export interface Access {
  /** The base URL, without a slash at its end. */
  readonly server: string;
  /** The name that the kubeconfig has for the cluster. */
  readonly name: string;
  readonly dispatcher: Dispatcher;
  /** Asked for every request: tokens come from plugins and files, and change. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

/** A context of a kubeconfig. */
export interface KubeContext {
  readonly name: string;
  /** The name of the kubeconfig's entry for its cluster. */
  readonly cluster: string;
  readonly current: boolean;
}

/** The contexts of a kubeconfig; null: the one that is found without being named. Rejects with AccessError. */
export async function contextsIn(kubeconfig: string | null): Promise<readonly KubeContext[]> {
  const config = await load({ kubeconfig });
  const current = config.getCurrentContext();
  return config.getContexts().map(({ name, cluster }) => ({ name, cluster, current: name === current }));
}

async function load({ kubeconfig = null, context = null }: ClusterConfig): Promise<KubeConfig> {
  if (kubeconfig === null && !isConfigured()) throw new AccessError(notConfigured);
  // It takes 90 MB and half a second, which those without a cluster are spared.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (kubeconfig === null) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new AccessError(`the kubeconfig cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (context !== null) {
    if (!config.getContexts().some(({ name }) => name === context)) {
      const names = config.getContexts().map(({ name }) => name);
      throw new AccessError(`the kubeconfig has no context ${context}; it has ${names.join(', ') || 'none'}`);
    }
    config.setCurrentContext(context);
  }
  return config;
}

const notConfigured = 'no cluster is configured: set KUBECONFIG, or give --kubeconfig and --context';

/** Whether any of the places is there where KubeConfig.loadFromDefault looks. */
function isConfigured(): boolean {
  if (process.env.KUBECONFIG) return true;
  const places = [join(homedir(), '.kube/config'), '/var/run/secrets/kubernetes.io/serviceaccount/token'];
  return places.some((place) => existsSync(place));
}

/** Where client-node points when it found no configuration at all. */
const nowhere = 'http://localhost:8080';

/** Reads the configuration anew: kubeconfig, certificates and plugins are those of this moment. */
export async function openAccess(cluster: ClusterConfig): Promise<Access> {
  const config = await load(cluster);
  const current = config.getCurrentCluster();
  if (current === null || current.server === nowhere) {
    const { kubeconfig, context } = cluster;
    if (kubeconfig === null && context === null) throw new AccessError(notConfigured);
    throw new AccessError(`${context ?? 'the current context'} names no cluster in ${kubeconfig ?? 'the kubeconfig'}`);
  }
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return {
    server: current.server.replace(/\/+$/, ''),
    name: current.name,
    dispatcher: dispatcher(current.proxyUrl ?? null, options),
    headers: async () => {
      const fresh: RequestOptions = {};
      await config.applyToHTTPSOptions(fresh);
      const basic = typeof fresh.auth === 'string' ? `Basic ${Buffer.from(fresh.auth).toString('base64')}` : null;
      const given = Object.entries(fresh.headers ?? {}).map(([name, value]) => [name, String(value).trim()]);
      return { ...(basic === null ? {} : { Authorization: basic }), ...Object.fromEntries(given) };
    },
  };
}

/**
 * HTTP/1.1 with a connection for each watch: over HTTP/2 they would all share one, which Go's server would choose, and
 * a stalled one would hold up the others.
 */
function dispatcher(proxy: string | null, options: RequestOptions): Dispatcher {
  const fields = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const;
  const tls = Object.fromEntries(
    fields.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
  // Half a minute, as client-go: the load balancers of the clouds forget a silent connection after one.
  const connect = { keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (proxy === null) return new Agent({ allowH2: false, connect: { ...connect, ...tls } });
  if (proxy.startsWith('socks')) {
    throw new AccessError('the kubeconfig asks for a SOCKS proxy, which is not supported: use an HTTP proxy');
  }
  return new ProxyAgent({ allowH2: false, uri: proxy, requestTls: { ...connect, ...tls } });
}
