import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { TreeCache } from '../graph/store/cache/trees.ts';
import type { Context } from '../resolvers/context.ts';
import type { Guard } from './auth/authenticate.ts';
import type { SentAlerts } from './export/send-alerts.ts';
import type { Settings } from './settings.ts';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What subscriptions count. */
export interface Gauges {
  frame(): void;
  cutOff(): void;
  /** How many there are, asked when somebody looks. */
  subscriptions(count: () => number): void;
}

/** What became of a batch of a sensor. */
export type CountBatches = (outcome: 'taken' | 'known' | 'conflict' | 'refused') => void;

/** What became of events that were sent here. */
export type CountEvents = (outcome: 'taken' | 'duplicate' | 'malformed', events: number) => void;

/**
 * Serves /metrics to those who may ask, and returns what counts GraphQL operations. Labels are closed sets: names that
 * clients choose would let them fill the registry.
 */
export function serveMetrics(
  app: FastifyInstance,
  guard: Guard,
  { clusters, cache, sentAlerts }: Pick<Settings, 'clusters' | 'cache' | 'sentAlerts'>,
): {
  readonly plugin: ApolloServerPlugin<Context>;
  readonly gauges: Gauges;
  readonly audit: CountEvents;
  readonly sensors: CountBatches;
} {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const requests = new Counter({
    name: 'portolan_http_requests_total',
    help: 'HTTP requests by route and status.',
    labelNames: ['route', 'status'],
    registers: [register],
  });
  const operations = new Histogram({
    name: 'portolan_graphql_operation_duration_seconds',
    help: 'Duration of GraphQL operations by the code of their first error, OK without.',
    labelNames: ['code'],
    buckets: seconds,
    registers: [register],
  });
  new Gauge({
    name: 'portolan_cluster_state',
    help: 'The clusters that this gateway follows, each with its state: waiting (for the lease), charting, following, unreachable or lost.',
    labelNames: ['cluster', 'state'],
    registers: [register],
    collect() {
      this.reset();
      for (const { name, state } of clusters()) this.set({ cluster: name, state }, 1);
    },
  });
  if (cache !== null) measureCache(cache, register);
  if (sentAlerts !== undefined) measureSent(sentAlerts, register);
  app.addHook('onResponse', async (request, reply) => {
    requests.inc({ route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) });
  });
  app.get('/metrics', { onRequest: guard }, async (_request, reply) => {
    reply.type(register.contentType);
    return register.metrics();
  });
  const plugin: ApolloServerPlugin<Context> = {
    requestDidStart: async () => {
      const done = operations.startTimer();
      return {
        willSendResponse: async ({ errors }) => {
          done({ code: errors ? String(errors[0]?.extensions.code ?? 'INTERNAL_SERVER_ERROR') : 'OK' });
        },
      };
    },
  };
  const frames = new Counter({
    name: 'portolan_subscription_events_total',
    help: 'Events sent to subscribers.',
    registers: [register],
  });
  const cutOffs = new Counter({
    name: 'portolan_subscription_slow_readers_total',
    help: 'Subscribers cut off for reading too slowly.',
    registers: [register],
  });
  const gauges: Gauges = {
    frame: () => frames.inc(),
    cutOff: () => cutOffs.inc(),
    subscriptions(count) {
      new Gauge({
        name: 'portolan_subscriptions',
        help: 'Subscriptions that are open.',
        registers: [register],
        collect() {
          this.set(count());
        },
      });
    },
  };
  const auditEvents = new Counter({
    name: 'portolan_audit_events_total',
    help: 'Audit events of Kubernetes by what became of them: taken, duplicate or malformed.',
    labelNames: ['outcome'],
    registers: [register],
  });
  const sensorBatches = new Counter({
    name: 'portolan_sensor_batches_total',
    help: 'Batches of node sensors by what became of them: taken, known (here before), conflict or refused.',
    labelNames: ['outcome'],
    registers: [register],
  });
  const sensors: CountBatches = (outcome) => sensorBatches.inc({ outcome });
  return { plugin, gauges, sensors, audit: (outcome, events) => auditEvents.inc({ outcome }, events) };
}

function measureSent(sent: SentAlerts, register: Registry): void {
  new Counter({
    name: 'portolan_alerts_sent_total',
    help: 'Alerts for --alerts-to by what became of them: taken, or skipped since they were refused time and again.',
    labelNames: ['outcome'],
    registers: [register],
    collect() {
      this.reset();
      this.inc({ outcome: 'taken' }, sent.taken);
      this.inc({ outcome: 'skipped' }, sent.skipped);
    },
  });
}

/** How well the cache of trees serves, told when somebody looks. */
function measureCache(cache: TreeCache, register: Registry): void {
  new Counter({
    name: 'portolan_cache_reads_total',
    help: 'Trees of nodes that requests asked for, by whether they were still known (hit) or read from the store (miss).',
    labelNames: ['outcome'],
    registers: [register],
    collect() {
      const { hits, misses } = cache.usage();
      this.reset();
      this.inc({ outcome: 'hit' }, hits);
      this.inc({ outcome: 'miss' }, misses);
    },
  });
  new Gauge({
    name: 'portolan_cache_bytes',
    help: 'About how many bytes the trees take that are kept.',
    registers: [register],
    collect() {
      this.set(cache.usage().bytes);
    },
  });
}
