import type { FastifyReply } from 'fastify';
import { errorBody } from '../errors.ts';

/** Tells a sender of events to send the same again, after so many seconds. */
export function again(reply: FastifyReply, status: 429 | 503, seconds: number, message: string): FastifyReply {
  return reply
    .code(status)
    .header('retry-after', seconds)
    .send(errorBody(status === 429 ? 'TOO_MANY_REQUESTS' : 'UPSTREAM_UNAVAILABLE', message));
}
