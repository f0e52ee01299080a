import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { errorBody } from './errors.ts';

/** Whether a host name or address stays on this machine. Brackets of IPv6 are taken off. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost';
}

/**
 * A gateway on loopback asks nobody who he is, so a page of the Web must not reach it through the browser: not by a name
 * that its owner lets point to 127.0.0.1 (DNS rebinding, which the Host shows), nor by a plain cross-site request (Origin).
 */
export function refuseForeignHosts(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const host = hostOf(`http://${request.headers.host ?? ''}`);
    if (!isLoopback(host)) {
      const message = `This gateway listens on loopback only and does not answer for the host ${JSON.stringify(host)}.`;
      return reply.code(421).send(errorBody('MISDIRECTED_REQUEST', message));
    }
    const { origin } = request.headers;
    if (origin !== undefined && !isLoopback(hostOf(origin))) {
      const message = `This gateway listens on loopback only and does not answer to the origin ${JSON.stringify(origin)}.`;
      return reply.code(403).send(errorBody('FORBIDDEN', message));
    }
  });
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? '';
}
