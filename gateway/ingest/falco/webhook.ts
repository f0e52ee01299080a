import type { FastifyInstance } from 'fastify';
import { FalcoError, readFalcoAlert } from '../../../detections/import/falco.ts';
import { StoreError } from '../../../graph/store/errors.ts';
import type { Guard } from '../../auth/authenticate.ts';
import { mayName } from '../../auth/may-name.ts';
import { errorBody } from '../../errors.ts';
import type { Settings } from '../../settings.ts';
import { again } from '../again.ts';
import { clusterFinder } from '../cluster-of.ts';

/** The most bytes of one alert. */
const bodyBytes = 1 << 20;
/** How many may be under way before more are sent away. */
const mostUnderWay = 256;
const soon = 1;
const later = 10;

/**
 * Serves POST /falco/v1/clusters/CLUSTER: what Falco's http_output and falcosidekick's webhook send, one alert a request. 200
 * means that it is durable. See docs/detections/falco.md.
 */
export function serveFalco(
  app: FastifyInstance,
  { store, falco, logger }: Pick<Settings, 'store' | 'falco' | 'logger'>,
  guard: Guard,
): void {
  if (falco === undefined) return;
  const clusterOf = clusterFinder(store);
  let underWay = 0;
  app.post<{ Params: { cluster: string } }>('/falco/v1/clusters/:cluster', {
    onRequest: [
      async ({ headers }) => {
        headers.authorization = asBearer(headers.authorization);
      },
      guard,
      async (_request, reply) => {
        if (underWay >= mostUnderWay)
          return again(reply, 429, soon, `${underWay} alerts are under way: send it again.`);
      },
    ],
    bodyLimit: bodyBytes,
    handler: async ({ params, body, caller }, reply) => {
      if (!mayName(caller, params.cluster)) {
        const message = `The credential is not for the cluster ${JSON.stringify(params.cluster)}.`;
        return reply.code(403).send(errorBody('FORBIDDEN', message));
      }
      underWay++;
      try {
        const alert = readFalcoAlert(body);
        const cluster = await clusterOf(params.cluster, caller.tenant);
        if (cluster === null) {
          const message = `No cluster ${JSON.stringify(params.cluster)} is charted here: name one that is, or wait until it is.`;
          return again(reply, 503, later, message);
        }
        await falco(caller.tenant, cluster.id, alert);
        return { taken: 1 };
      } catch (error) {
        if (error instanceof FalcoError || (error instanceof StoreError && error.code !== 'UPSTREAM_UNAVAILABLE')) {
          logger.warn({ cluster: params.cluster, problem: error.message }, 'an alert of Falco is refused');
          return reply.code(400).send(errorBody('BAD_REQUEST', `The alert is refused: ${error.message}.`));
        }
        if (!(error instanceof StoreError)) throw error;
        logger.error({ err: error }, 'alerts of Falco cannot be recorded for now');
        return again(reply, 503, later, 'The alert cannot be recorded for now: send it again.');
      } finally {
        underWay--;
      }
    },
  });
}

/** Falco knows no headers of ours, but a password in its URL: that is the token. */
function asBearer(header: string | undefined): string | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return header;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return `Bearer ${password ?? ''}`;
}
