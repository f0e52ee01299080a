import type { FastifyInstance } from 'fastify';
import { FalcoError, readFalcoAlert } from '../../../detections/import/falco.ts';
import { StoreError } from '../../../graph/store/errors.ts';
import type { Guard } from '../../auth/authenticate.ts';
import { mayName } from '../../auth/may-name.ts';
import { RequestError } from '../../errors.ts';
import type { Settings } from '../../settings.ts';
import { clusterFinder } from '../cluster-of.ts';
import { underWay } from '../under-way.ts';

/** The most bytes of one alert. */
const bodyBytes = 1 << 20;

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
  const load = underWay('alerts', { requests: 256, bytes: 256 * bodyBytes });
  app.post<{ Params: { cluster: string } }>('/falco/v1/clusters/:cluster', {
    onRequest: [
      async ({ headers }) => {
        headers.authorization = asBearer(headers.authorization);
      },
      guard,
      mayName,
      load.admit,
    ],
    bodyLimit: bodyBytes,
    handler: ({ params, body, caller }) =>
      load.run(async () => {
        try {
          const alert = readFalcoAlert(body);
          const cluster = await clusterOf(params.cluster, caller.tenant);
          await falco(caller.tenant, cluster.id, alert);
          return { taken: 1 };
        } catch (error) {
          if (error instanceof FalcoError || (error instanceof StoreError && error.code !== 'UPSTREAM_UNAVAILABLE')) {
            logger.warn({ cluster: params.cluster, problem: error.message }, 'an alert of Falco is refused');
            throw new RequestError(400, 'BAD_REQUEST', `The alert is refused: ${error.message}.`);
          }
          throw error;
        }
      }),
  });
}

/** Falco knows no headers of ours, but a password in its URL: that is the token. */
function asBearer(header: string | undefined): string | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return header;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return `Bearer ${password ?? ''}`;
}
