import type { FastifyInstance } from 'fastify';
import { batchLimits } from '../../../sensor/publish/batch.ts';
import type { Guard } from '../../auth/authenticate.ts';
import type { Caller } from '../../auth/caller.ts';
import { RequestError } from '../../errors.ts';
import type { CountBatches } from '../../metrics.ts';
import type { Settings } from '../../settings.ts';
import { clusterFinder } from '../cluster-of.ts';
import { underWay } from '../under-way.ts';
import { decodeContent, encodings } from './decode.ts';
import { rateLimit } from './rate.ts';
import { BatchError, readBatch } from './read-batch.ts';

const mediaType = 'application/vnd.portolan.sensor-batch.v1+ndjson';
const most = { requests: 256, bytes: 64 << 20 };
/** What a node may send: the publisher sends about one batch a second, and without rests when it catches up. */
const batchesASecond = 20;
const burst = 60;
const mostTold = 5;

/**
 * Serves POST /ingest/v1/sensor: batches of the publishers on the nodes, as docs/protocol/sensor.md, section 5, has it. 200 means
 * that a batch is durable, with the alerts it gives rise to.
 */
export function serveSensors(
  app: FastifyInstance,
  { store, sensors, logger }: Pick<Settings, 'store' | 'sensors' | 'logger'>,
  guard: Guard,
  count: CountBatches,
): void {
  if (sensors === undefined) return;
  const clusterOf = clusterFinder(store);
  const mayCome = rateLimit(batchesASecond, burst);
  const load = underWay('batches', most);

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(mediaType, { parseAs: 'buffer', bodyLimit: batchLimits.bytes }, (_request, body, done) =>
      done(null, body),
    );
    scope.post<{ Body: Buffer }>('/ingest/v1/sensor', {
      onRequest: [
        guard,
        async ({ caller }) => {
          const place = placeOf(caller);
          if (mayCome(JSON.stringify([caller.tenant, place]), performance.now())) return;
          const message = `More than ${batchesASecond} batches a second come from ${place.node}.`;
          throw new RequestError(429, 'TOO_MANY_REQUESTS', message, 1);
        },
        load.admit,
      ],
      bodyLimit: batchLimits.bytes,
      handler: ({ body, headers, caller }) =>
        load.run(async (holds) => {
          const { name, node } = placeOf(caller);
          const encoding = headers['content-encoding'] ?? 'identity';
          if (!encodings.includes(encoding)) {
            const message = `The content must be encoded as ${encodings.join(' or ')}, not ${encoding}.`;
            throw new RequestError(415, 'BAD_REQUEST', message);
          }
          try {
            const digest = String(headers['content-digest'] ?? '');
            const text = await decodeContent(body, encoding, digest);
            holds(text.length);
            const batch = readBatch(text);
            const cluster = await clusterOf(name, caller.tenant);
            const place = { cluster: cluster.id, node };
            const { outcome, alerts, problems } = await sensors.take(caller.tenant, place, batch, digest);
            count(outcome);
            const told = { malformed: problems.length, problems: problems.slice(0, mostTold) };
            if (problems.length > 0) logger.warn({ cluster: name, node, ...told }, 'malformed sensor records');
            const { instance, sequence } = batch;
            if (outcome === 'conflict') {
              const message = `Another batch ${sequence} of ${instance} is here already: two spools have one identity.`;
              throw new RequestError(409, 'CONFLICT', message);
            }
            return { sequence, taken: outcome === 'taken', alerts, ...told };
          } catch (error) {
            if (!(error instanceof BatchError)) throw error;
            count('refused');
            logger.warn({ cluster: name, node, problem: error.message }, 'a batch of a sensor is refused');
            throw new RequestError(400, 'BAD_REQUEST', `The batch is refused: ${error.message}.`);
          }
        }),
    });
  });
}

/** For which cluster and node a credential speaks. Throws a RequestError where it names none, or several. */
function placeOf({ clusters, node }: Caller): { readonly name: string; readonly node: string } {
  const [name, ...others] = clusters === 'all' ? [] : clusters;
  if (node !== null && name !== undefined && others.length === 0) return { name, node };
  const message = 'A sensor speaks for one node: the credential must name one cluster and one node.';
  throw new RequestError(403, 'FORBIDDEN', message);
}
