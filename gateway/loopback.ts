import type { IncomingHttpHeaders } from 'node:http';
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
  app.addHook('onRequest', async ({ headers }, reply) => {
    const refusal = foreign(headers);
    if (refusal !== null) return reply.code(refusal.status).send(errorBody(refusal.code, refusal.message));
  });
}

/** Why a request to a gateway on loopback is refused; null for one that is not. */
export function foreign({ host: given = '', origin }: IncomingHttpHeaders) {
  const host = hostOf(`http://${given}`);
  const only = 'This gateway listens on loopback only and does not answer';
  if (!isLoopback(host)) {
    return { status: 421, code: 'MISDIRECTED_REQUEST', message: `${only} for the host ${JSON.stringify(host)}.` };
  }
  if (origin !== undefined && !isLoopback(hostOf(origin))) {
    return { status: 403, code: 'FORBIDDEN', message: `${only} to the origin ${JSON.stringify(origin)}.` };
  }
  return null;
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? '';
}
