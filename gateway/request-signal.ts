import type { FastifyReply } from 'fastify';
import { callerError } from '../resolvers/errors.ts';

/** Aborts when the client has gone or the time is over; what a request still waits for then ends. */
export function requestSignal({ raw }: FastifyReply, timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(callerError('TIMEOUT', `The request took longer than ${timeoutMs} ms; ask for less at a time.`));
  }, timeoutMs);
  raw.once('finish', () => clearTimeout(timer));
  raw.once('close', () => {
    clearTimeout(timer);
    if (!raw.writableFinished)
      controller.abort(callerError('CLIENT_CLOSED_REQUEST', 'The client has closed the connection.'));
  });
  return controller.signal;
}
