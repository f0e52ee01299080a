import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { parseAudit } from '../../collectors/audit/parse.ts';
import { readAnyAudit } from '../../collectors/audit/shapes.ts';
import type { Guard } from '../auth/authenticate.ts';
import { mayName } from '../auth/may-name.ts';
import { RequestError } from '../errors.ts';
import type { CountEvents } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import { clusterFinder } from './cluster-of.ts';
import { underWay } from './under-way.ts';

/** The most bytes of one batch, as sent and unpacked: an API server cuts batches at 10 MiB where it truncates. */
const bodyBytes = 16 << 20;
const most = { requests: 64, bytes: 64 << 20 };
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
  const load = underWay('batches', most);

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
        mayName,
        load.admit,
      ],
      bodyLimit: bodyBytes,
      handler: ({ params, body, headers, caller }, reply) =>
        load.run(async (holds) => {
          const text = await textOf(body, headers['content-encoding']);
          holds(text.length);
          const cluster = await clusterOf(params.cluster, caller.tenant);
          const from = { id: cluster.id, name: cluster.name, region: '', account: '' };
          const pointer = `webhook of ${cluster.name}`;
          const source = { provider: 'selfmanaged', route: 'webhook', cluster: from, pointer } as const;
          const { events, problems } = parseAudit(text, source, readAnyAudit);
          const told = { malformed: problems.length, problems: problems.slice(0, mostTold) };
          if (problems.length > 0) {
            count('malformed', problems.length);
            logger.warn({ cluster: cluster.name, ...told }, 'malformed audit events');
          }
          const { taken, duplicates, alerts } = await watch(caller.tenant).take(cluster.id, events);
          count('taken', taken);
          count('duplicate', duplicates);
          // A batch that is no JSON at all is told to be wrong; sending it again would not help.
          const status = events.length === 0 && problems.length > 0 ? 400 : 200;
          return reply.code(status).send({ taken, duplicates, alerts, ...told, ...ofFirehose(headers) });
        }),
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

async function textOf(body: Buffer, encoding = 'identity'): Promise<string> {
  if (encoding === 'identity') return body.toString();
  const text = encoding === 'gzip' ? await unpack(body, { maxOutputLength: bodyBytes }).catch(() => null) : null;
  if (text === null) throw new RequestError(400, 'BAD_REQUEST', `The body is no gzip of at most ${bodyBytes} bytes.`);
  return text.toString();
}
