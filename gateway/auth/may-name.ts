import type { FastifyRequest } from 'fastify';
import { RequestError } from '../errors.ts';

/**
 * The onRequest hook, behind the guard, of routes for one cluster: a credential names those that it speaks for, that of a node
 * none; without authentication anybody on this machine speaks for any.
 */
export async function mayName({ caller, params }: FastifyRequest<{ Params: { cluster: string } }>): Promise<void> {
  const { clusters, node } = caller;
  if (node === null && (clusters === 'all' || clusters.includes(params.cluster))) return;
  const message = `The credential is not for the cluster ${JSON.stringify(params.cluster)}.`;
  throw new RequestError(403, 'FORBIDDEN', message);
}
