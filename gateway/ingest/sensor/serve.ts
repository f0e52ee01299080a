import type { FastifyInstance } from 'fastify';
import { StoreError } from '../../../graph/store/errors.ts';
import { batchLimits } from '../../../sensor/publish/batch.ts';
import type { Guard } from '../../auth/authenticate.ts';
import type { Caller } from '../../auth/caller.ts';
import { errorBody } from '../../errors.ts';
import type { CountBatches } from '../../metrics.ts';
import type { Settings } from '../../settings.ts';
import { again } from '../again.ts';
import { clusterFinder } from '../cluster-of.ts';
import { decodeContent, encodings } from './decode.ts';
import { rateLimit } from './rate.ts';
import { BatchError, readBatch } from './read-batch.ts';

const mediaType = 'application/vnd.portolan.sensor-batch.v1+ndjson';
/** How many batches, and how many characters of them, may be under way before more are sent away. */
const mostBatches = 256;
const mostLength = 64 << 20;
/** What a node may send: the publisher sends about one batch a second, and without rests when it catches up. */
const batchesASecond = 20;
const burst = 60;
/** When to send again, in seconds: at once too much, and while the graph or the store is not there. */
const soon = 1;
const later = 10;
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
  let [underWay, length] = [0, 0];

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(mediaType, { parseAs: 'buffer', bodyLimit: batchLimits.bytes }, (_request, body, done) =>
      done(null, body),
    );
    scope.post<{ Body: Buffer }>('/ingest/v1/sensor', {
      onRequest: [
        guard,
        async ({ caller }, reply) => {
          const place = placeOf(caller);
          if (place === null)
            return reply
              .code(403)
              .send(
                errorBody(
                  'FORBIDDEN',
                  'A sensor speaks for one node: the credential must name one cluster and one node.',
                ),
              );
          if (!mayCome(JSON.stringify([caller.tenant, place]), performance.now()))
            return again(reply, 429, soon, `More than ${batchesASecond} batches a second come from ${place.node}.`);
          if (underWay >= mostBatches)
            return again(reply, 429, soon, `${underWay} batches are under way: send this one again.`);
        },
      ],
      bodyLimit: batchLimits.bytes,
      handler: async ({ body, headers, caller }, reply) => {
        const { name, node } = placeOf(caller) as { readonly name: string; readonly node: string };
        const encoding = headers['content-encoding'] ?? 'identity';
        if (!encodings.includes(encoding)) {
          const message = `The content must be encoded as ${encodings.join(' or ')}, not ${encoding}.`;
          return reply.code(415).send(errorBody('BAD_REQUEST', message));
        }
        underWay++;
        let own = 0;
        try {
          const digest = String(headers['content-digest'] ?? '');
          const text = await decodeContent(body, encoding, digest);
          own = text.length;
          length += own;
          if (length > mostLength) return again(reply, 429, soon, 'Much is under way: send this batch again.');
          const batch = readBatch(text);
          const cluster = await clusterOf(name, caller.tenant);
          if (cluster === null) {
            const message = `No cluster ${JSON.stringify(name)} is charted here: name one that is, or wait until it is.`;
            return again(reply, 503, later, message);
          }
          const { outcome, alerts, problems } = await sensors.take(
            caller.tenant,
            { cluster: cluster.id, node },
            batch,
            digest,
          );
          count(outcome);
          const told = problems.slice(0, mostTold);
          if (told.length > 0)
            logger.warn(
              { cluster: name, node, malformed: problems.length, problems: told },
              'malformed sensor records',
            );
          if (outcome === 'conflict') {
            const message = `Another batch ${batch.sequence} of ${batch.instance} is here already: two spools have one identity.`;
            return reply.code(409).send(errorBody('CONFLICT', message));
          }
          const { sequence } = batch;
          return { sequence, taken: outcome === 'taken', alerts, malformed: problems.length, problems: told };
        } catch (error) {
          if (error instanceof BatchError) {
            count('refused');
            logger.warn({ cluster: name, node, problem: error.message }, 'a batch of a sensor is refused');
            return reply.code(400).send(errorBody('BAD_REQUEST', `The batch is refused: ${error.message}.`));
          }
          if (!(error instanceof StoreError) || error.code !== 'UPSTREAM_UNAVAILABLE') throw error;
          logger.error({ err: error }, 'batches of sensors cannot be taken over for now');
          return again(reply, 503, later, 'The batch cannot be recorded for now: send it again.');
        } finally {
          underWay--;
          length -= own;
        }
      },
    });
  });
}

/** For which cluster and node a credential speaks; null where it names none, or several. */
function placeOf({ clusters, node }: Caller): { readonly name: string; readonly node: string } | null {
  const [name, ...others] = clusters === 'all' ? [] : clusters;
  return node === null || name === undefined || others.length > 0 ? null : { name, node };
}
