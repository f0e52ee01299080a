import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/** One line for each request, without query, variables or headers, which may hold secrets. Probes are not worth a line. */
export function logRequests(app: FastifyInstance, logger: Logger): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.url === '/livez' || request.routeOptions.url === '/readyz') return;
    const { id, method, url } = request;
    const ms = Math.round(reply.elapsedTime);
    logger.info({ id, method, path: url.split('?')[0], status: reply.statusCode, ms }, 'request');
  });
}
