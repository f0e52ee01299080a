import type { Logger } from 'pino';
import type { Watch } from '../detections/correlate/watch.ts';
import type { EventLog } from '../events/port.ts';
import { storeLog } from '../events/store-log.ts';
import { type TreeCache, treeCache } from '../graph/store/cache/trees.ts';
import type { Sources } from '../resolvers/context.ts';
import type { AuthSettings } from './auth/authenticate.ts';
import type { NodeTokens } from './auth/node-token.ts';
import type { SentAlerts } from './export/send-alerts.ts';
import type { FalcoIntake } from './ingest/falco/intake.ts';
import type { SensorIntake } from './ingest/sensor/intake.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { isLoopback } from './loopback.ts';
import type { TlsSettings } from './tls.ts';

/** Whether the rest of the house can answer; `reasons` say in sentences why not. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

export interface GatewayOptions extends Sources {
  /** The address to listen on: 127.0.0.1 unless given. Any that is not loopback needs `auth`. */
  readonly host?: string;
  /** The port to listen on, 4000 unless given; 0 for any that is free. */
  readonly port?: number;
  /** Serves HTTPS; HTTP unless given. */
  readonly tls?: TlsSettings;
  /** Who may ask. Without it, on loopback only, everybody sees the whole of `tenant`. */
  readonly auth?: AuthSettings;
  /** The tenant of callers whose credential names none: `default` unless given. */
  readonly tenant?: string;
  readonly limits?: Partial<Limits>;
  /** Where events come from: the store's own logs unless given. It stays its opener's. */
  readonly events?: EventLog;
  /** About how many bytes of what was read of the graph are kept for later requests: 64 MB unless given; 0 for none. */
  readonly cacheBytes?: number;
  readonly logger: Logger;
  /** What takes over the events of a tenant's clusters; without it none are taken. */
  readonly watch?: (tenant: string) => Watch;
  /** Knows sensors by tokens of the clusters that are followed. */
  readonly nodeTokens?: NodeTokens;
  /** What takes over what sensors send; without it nothing is taken. */
  readonly sensors?: SensorIntake;
  /** What takes over the alerts of Falco; without it none are taken. */
  readonly falco?: FalcoIntake;
  /** What else must be ready, such as collectors that have charted their clusters once. */
  readonly readiness?: () => Readiness | Promise<Readiness>;
  /** The clusters that are followed, and how it stands with each, for metrics. */
  readonly clusters?: () => readonly { readonly name: string; readonly state: string }[];
  /** What became of the alerts that are sent on, for metrics. */
  readonly sentAlerts?: SentAlerts;
  /** How long `stop` lets the load balancer notice before it refuses requests, in milliseconds: 0 unless given. */
  readonly drainMs?: number;
}

export interface Settings extends Omit<GatewayOptions, 'auth' | 'limits' | 'cacheBytes'> {
  readonly host: string;
  readonly port: number;
  readonly auth: AuthSettings | null;
  readonly tenant: string;
  readonly limits: Limits;
  readonly events: EventLog;
  readonly cache: TreeCache | null;
  readonly readiness: () => Readiness | Promise<Readiness>;
  readonly clusters: NonNullable<GatewayOptions['clusters']>;
  readonly drainMs: number;
}

/** The options made whole. Throws when they would open the graph to the network without asking who is there. */
export function checkSettings(options: GatewayOptions): Settings {
  const { host = '127.0.0.1', port = 4000, auth = null, tenant = 'default', limits = {}, drainMs = 0 } = options;
  const { cacheBytes = 64e6 } = options;
  if (auth === null && !isLoopback(host)) {
    throw new Error(
      `refusing to listen on ${host} without authentication: set up JWT (issuer, audience, JWKS address) or a token file, or listen on 127.0.0.1`,
    );
  }
  if (auth !== null && auth.jwt === undefined && auth.tokenFile === undefined) {
    throw new Error('authentication needs JWT settings (issuer, audience, JWKS address), a token file, or both');
  }
  const readiness = options.readiness ?? (() => ({ ready: true, reasons: [] }));
  const events = options.events ?? storeLog(options.store, options.alerts);
  const clusters = options.clusters ?? (() => []);
  return {
    ...options,
    events,
    cache: cacheBytes > 0 ? treeCache(options.store, cacheBytes) : null,
    clusters,
    host,
    port,
    auth,
    tenant,
    limits: { ...defaultLimits, ...limits },
    readiness,
    drainMs,
  };
}
