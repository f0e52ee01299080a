import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { eventHub } from '../events/hub.ts';
import { guard, identifier, only, withNodeTokens } from './auth/authenticate.ts';
import { viewerFinder } from './auth/caller.ts';
import { withCertificates } from './auth/client-certificate.ts';
import { type Drain, stopper } from './drain.ts';
import { answerHttpErrors, errorFormatter } from './errors.ts';
import { serveGraphql } from './graphql.ts';
import { securityHeaders } from './headers.ts';
import { serveHealth } from './health.ts';
import { serveIde } from './ide.ts';
import { serveAuditWebhook } from './ingest/audit-webhook.ts';
import { serveFalco } from './ingest/falco/webhook.ts';
import { serveSensors } from './ingest/sensor/serve.ts';
import { logRequests } from './log.ts';
import { isLoopback, refuseForeignHosts } from './loopback.ts';
import { serveMetrics } from './metrics.ts';
import { checkSettings, type GatewayOptions } from './settings.ts';
import { serveSubscriptions } from './subscriptions/serve.ts';
import { keepRenewing, serverOptions } from './tls.ts';

/** A gateway that listens. The store and the engines stay their opener's, to be closed after it. */
export interface Gateway {
  /** Where it is, such as http://127.0.0.1:4000. */
  readonly url: string;
  /** A request without a socket, for tests. */
  readonly inject: FastifyInstance['inject'];
  /** Lets requests in flight end and frees the port. May be called again. */
  stop(): Promise<void>;
}

/** Starts the server. Rejects when the settings are unsafe or incomplete, or the port is taken, saying what to do. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const settings = checkSettings(options);
  const { host, port, tls, tenant, logger, limits } = settings;
  const drain: Drain = { draining: false };
  const app = Fastify({
    bodyLimit: limits.bodyBytes,
    genReqId: () => randomUUID(),
    logger: false,
    https: tls === undefined ? null : serverOptions(tls),
  });
  if (tls !== undefined) {
    const stopRenewing = keepRenewing(app.server, tls, logger);
    app.addHook('onClose', async () => stopRenewing());
  }

  logRequests(app, logger);
  securityHeaders(app);
  if (isLoopback(host)) refuseForeignHosts(app);
  answerHttpErrors(app, logger, limits.bodyBytes);
  const anybody = await identifier(settings);
  const identify = only('mayRead', anybody);
  const authenticated = guard(identify, logger);
  const metrics = serveMetrics(app, authenticated, settings);
  const viewerOf = viewerFinder(settings.store);
  const format = errorFormatter(logger);
  const hub = eventHub(settings.events, (err) => logger.error({ err }, 'following the events'));
  const live = serveSubscriptions(app, { settings, hub, format, identify, viewerOf, gauges: metrics.gauges });
  const apollo = await serveGraphql(app, settings, {
    guard: authenticated,
    viewerOf,
    hub,
    format,
    streams: live.streams,
    plugins: [metrics.plugin],
  });
  const sender = tls?.clientCaFile === undefined ? anybody : withCertificates(tenant, anybody);
  serveAuditWebhook(app, settings, guard(only('mayIngest', sender), logger), metrics.audit);
  serveFalco(app, settings, guard(only('mayIngest', sender), logger));
  const sensor = settings.nodeTokens === undefined ? sender : withNodeTokens(settings.nodeTokens, sender);
  serveSensors(app, settings, guard(only('mayIngest', sensor), logger), metrics.sensors);
  serveHealth(app, settings, drain);
  serveIde(app);
  const stop = stopper(app, apollo, drain, settings.drainMs, live.stop);

  try {
    const url = await app.listen({ host, port });
    logger.info({ url }, 'listening');
    return { url, stop, inject: app.inject.bind(app) };
  } catch (error) {
    await stop();
    throw error;
  }
}
