import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { parseAudit } from '../../collectors/audit/parse.ts';
import { readAnyAudit } from '../../collectors/audit/shapes.ts';
import { StoreError } from '../../graph/store/errors.ts';
import type { Guard } from '../auth/authenticate.ts';
import { mayName } from '../auth/may-name.ts';
import { errorBody } from '../errors.ts';
import type { CountEvents } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import { again } from './again.ts';
import { clusterFinder } from './cluster-of.ts';

/** The most bytes of one batch, as sent and unpacked: an API server cuts batches at 10 MiB where it truncates. */
const bodyBytes = 16 << 20;
/** How many batches, and how many bytes of them, may be under way before more are sent away. */
const mostBatches = 64;
const mostBytes = 64 << 20;
/** When to send again, in seconds: at once too much, and while the graph or the store is not there. */
const soon = 1;
const later = 10;
/** How many malformed events of a batch are told of, one by one. */
const mostTold = 5;

const unpack = promisify(gunzip);

/**
 * Serves POST /audit/v1/clusters/CLUSTER: what API servers send to an audit webhook, batches of audit.k8s.io events, and what
 * clouds make of them. 200 means that they are taken over: their alerts are durable. See docs/audit.md.
 */
export function serveAuditWebhook(
  app: FastifyInstance,
  { store, watch, logger }: Pick<Settings, 'store' | 'watch' | 'logger'>,
  guard: Guard,
  count: CountEvents,
): void {
  if (watch === undefined) return;
  const clusterOf = clusterFinder(store);
  let [batches, bytes] = [0, 0];

  app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: bodyBytes },
      (_request, body, done) => done(null, body),
    );
    scope.post<{ Params: { cluster: string }; Body: Buffer }>('/audit/v1/clusters/:cluster', {
      onRequest: [
        async ({ headers }) => {
          const key = headers['x-amz-firehose-access-key'];
          if (typeof key === 'string') headers.authorization ??= `Bearer ${key}`;
        },
        guard,
        async (_request, reply) => {
          if (batches >= mostBatches || bytes >= mostBytes)
            return again(reply, 429, soon, `${batches} batches are under way: send this one again.`);
        },
      ],
      bodyLimit: bodyBytes,
      handler: async ({ params, body, headers, caller }, reply) => {
        if (!mayName(caller, params.cluster)) {
          const message = `The credential is not for the cluster ${JSON.stringify(params.cluster)}.`;
          return reply.code(403).send(errorBody('FORBIDDEN', message));
        }
        batches++;
        bytes += body.length;
        try {
          const text = await textOf(body, headers['content-encoding']);
          if (text === null) {
            const message = `The body is no gzip of at most ${bodyBytes} bytes.`;
            return reply.code(400).send(errorBody('BAD_REQUEST', message));
          }
          const cluster = await clusterOf(params.cluster, caller.tenant);
          if (cluster === null) {
            const message = `No cluster ${JSON.stringify(params.cluster)} is charted here: name one that is, or wait until it is.`;
            return again(reply, 503, later, message);
          }
          const from = { id: cluster.id, name: cluster.name, region: '', account: '' };
          const pointer = `webhook of ${cluster.name}`;
          const source = { provider: 'selfmanaged', route: 'webhook', cluster: from, pointer } as const;
          const { events, problems } = parseAudit(text, source, readAnyAudit);
          if (problems.length > 0) {
            count('malformed', problems.length);
            const told = problems.slice(0, mostTold);
            logger.warn(
              { cluster: cluster.name, malformed: problems.length, problems: told },
              'malformed audit events',
            );
          }
          const { taken, duplicates, alerts } = await watch(caller.tenant).take(cluster.id, events);
          count('taken', taken);
          count('duplicate', duplicates);
          // A batch that is no JSON at all is told to be wrong; sending it again would not help.
          const status = events.length === 0 && problems.length > 0 ? 400 : 200;
          const told = { malformed: problems.length, problems: problems.slice(0, mostTold) };
          return reply.code(status).send({ taken, duplicates, alerts, ...told, ...ofFirehose(headers) });
        } catch (error) {
          if (!(error instanceof StoreError) || error.code !== 'UPSTREAM_UNAVAILABLE') throw error;
          logger.error({ err: error }, 'audit events cannot be taken over for now');
          return again(reply, 503, later, 'Alerts cannot be recorded for now: send the batch again.');
        } finally {
          batches--;
          bytes -= body.length;
        }
      },
    });
  });
}

/**
 * What Firehose wants to be told: its request, and when it was answered.
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 */
function ofFirehose({ 'x-amz-firehose-request-id': requestId }: IncomingHttpHeaders): object {
  return typeof requestId === 'string' ? { requestId, timestamp: Date.now() } : {};
}

async function textOf(body: Buffer, encoding: string | undefined): Promise<string | null> {
  if (encoding === undefined || encoding === 'identity') return body.toString();
  if (encoding !== 'gzip') return null;
  return unpack(body, { maxOutputLength: bodyBytes }).then(String, () => null);
}
