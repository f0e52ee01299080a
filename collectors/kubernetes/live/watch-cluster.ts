import { isDeepStrictEqual } from 'node:util';
import type { Observation } from '../../../graph/model/observation.ts';
import { clusterRecord } from '../cluster.ts';
import { kubernetesExtent } from '../kind.ts';
import { objectKinds } from '../kinds/index.ts';
import type { ClusterConfig } from './access.ts';
import { type ApiServer, apiServer } from './api-server.ts';
import { execByGet } from './exec-by-get.ts';
import { type LiveCluster, serverVersion } from './identify.ts';
import { merge } from './merge.ts';
import { reflect } from './reflector.ts';
import { slots } from './slots.ts';
import { defaultTiming, pause, type Timing } from './timing.ts';

export interface WatchConfig extends ClusterConfig {
  /** What identifyCluster said. */
  readonly cluster: LiveCluster;
  readonly timing?: Timing;
}

/** The kinds of the extents that are watched. */
export const watchedKinds: readonly string[] = ['Cluster', ...objectKinds.map(({ kind }) => kind)];

/** Lists are the heavy part, for the API server and for us. */
const listsAtATime = 4;

/**
 * The Kubernetes collector: everything that is charted of one cluster, as snapshots first and changes from then on,
 * until the signal is aborted. What cannot be read turns unreadable and is tried again; nothing throws.
 */
export async function* watchCluster(config: WatchConfig, signal: AbortSignal): AsyncGenerator<Observation> {
  const { cluster, timing = defaultTiming } = config;
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  const server = apiServer(config, timing);
  const context = { cluster: cluster.name, audiences: cluster.audiences };
  const options = { context, timing, slots: slots(listsAtATime), signal: stop.signal };
  try {
    const kinds = objectKinds.map((kind) => reflect(kind, server, options));
    yield* merge([followVersion(config, server, timing, stop.signal), ...kinds], stop);
  } finally {
    signal.removeEventListener('abort', abort);
    await server.close();
  }
}

/** What an upgrade or a restart of the API server may change. */
type Changing = Pick<LiveCluster, 'version' | 'execByGet'>;

async function changing(server: ApiServer, signal: AbortSignal): Promise<Changing> {
  return { version: await serverVersion(server, signal), execByGet: await execByGet(server, signal) };
}

/** The cluster itself; its API server is upgraded now and then. */
async function* followVersion(
  { cluster, podSecurityDefault = 'privileged' }: WatchConfig,
  server: ApiServer,
  timing: Timing,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const extent = kubernetesExtent('Cluster');
  const record = (now: Changing) => clusterRecord({ ...cluster, ...now, observed: 'live', podSecurityDefault });
  yield { type: 'snapshot', extent };
  yield { type: 'records', extent, records: [record(cluster)] };
  yield { type: 'complete', extent };
  let known: Changing = { version: cluster.version, execByGet: cluster.execByGet };
  for (;;) {
    await pause(timing.versionMs, signal);
    if (signal.aborted) return;
    // When it does not answer, the kinds say so.
    const now = await changing(server, signal).catch(() => known);
    if (!isDeepStrictEqual(now, known)) yield { type: 'records', extent, records: [record(now)] };
    known = now;
  }
}
