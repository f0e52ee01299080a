import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { AccessError } from '../../../collectors/kubernetes/live/access.ts';
import { identifyCluster, type LiveCluster } from '../../../collectors/kubernetes/live/identify.ts';
import { openDumps } from '../../../collectors/kubernetes/offline/dump.ts';
import { wholeTenant } from '../../../graph/model/scope.ts';
import type { PathEngine } from '../../../graph/paths/port.ts';
import type { OpenedStore } from '../../../graph/store/opened.ts';
import { openSqlite } from '../../../graph/store/sqlite/open.ts';
import { type ChartedCluster, chartDump } from '../../fleet/chart-dump.ts';
import { pathEngines } from '../../fleet/engines.ts';
import { followCluster } from '../../fleet/follow-cluster.ts';
import { forgetCluster } from '../../fleet/forget-cluster.ts';
import type { GatewayOptions, Readiness } from '../../settings.ts';
import { type Gateway, startGateway } from '../../start.ts';
import type { Run, Terminal } from '../command.ts';
import { CommandError, exitStatus } from '../errors.ts';
import { namer } from '../names.ts';
import { pathTable } from '../path-table.ts';
import { reportProblems } from '../problems.ts';
import { progress } from '../progress.ts';
import { podSecurityLevel, type Settings } from '../settings.ts';

const examples = join(import.meta.dirname, '../../../examples');
/** Under this name the records keep which clusters are the examples, to be forgotten once there is a real one. */
const examplesRecord = 'examples';
const identifyMs = 5_000;

interface Session {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly opened: OpenedStore;
  readonly logger: Logger;
}

function authOf({ jwksUrl, jwtIssuer, jwtAudience, tokens }: Settings): GatewayOptions['auth'] {
  const given = [jwksUrl, jwtIssuer, jwtAudience].filter((value) => value !== null);
  if (given.length > 0 && given.length < 3)
    throw new CommandError('JWT needs all of --jwks-url, --jwt-issuer and --jwt-audience');
  const jwt =
    jwksUrl && jwtIssuer && jwtAudience ? { jwksUri: jwksUrl, issuer: jwtIssuer, audience: jwtAudience } : undefined;
  if (jwt === undefined && tokens === null) return undefined;
  return { ...(jwt ? { jwt } : {}), ...(tokens === null ? {} : { tokenFile: tokens }) };
}

/** The cluster of the kubeconfig; null, after saying so, where there is none and none was asked for. */
async function findCluster(settings: Settings, terminal: Terminal): Promise<LiveCluster | null> {
  const { kubeconfig, context, cluster } = settings;
  try {
    return await identifyCluster({ kubeconfig, context, name: cluster }, AbortSignal.timeout(identifyMs));
  } catch (error) {
    const reason =
      error instanceof AccessError
        ? error.message
        : `the cluster of the kubeconfig does not answer: ${reasonOf(error)}`;
    if (kubeconfig !== null || context !== null) throw new CommandError(reason, exitStatus.outside);
    terminal.err(`${reason}\nCharting the examples instead; they are made up.\n`);
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Charts what lies in files into the store, each cluster under a lease that ends with it. */
async function chartFiles(
  paths: readonly string[],
  { settings, terminal, opened }: Session,
): Promise<readonly ChartedCluster[]> {
  const clusters: ChartedCluster[] = [];
  const { store, records } = opened;
  const { tenant, cluster: name } = settings;
  for await (const dump of openDumps(paths, { cluster: name, podSecurityDefault: podSecurityLevel(settings) })) {
    const started = performance.now();
    let release = async (): Promise<void> => undefined;
    const lease = async (cluster: string) => {
      const held = await records.acquireLease({ tenant, cluster }, `${hostname()}, process ${process.pid}`, 600_000);
      if (!held)
        throw new CommandError(
          `${dump.cluster.name} is being charted by another process on ${settings.store}`,
          exitStatus.outside,
        );
      release = () => records.releaseLease(held);
      return held;
    };
    const charted = await chartDump(dump, store, lease).finally(() => release());
    clusters.push(charted);
    terminal.err(`charted ${charted.name} from ${dump.files} files in ${Math.round(performance.now() - started)} ms\n`);
  }
  reportProblems(clusters, terminal);
  return clusters;
}

async function forgetExamples({ settings, terminal, opened }: Session): Promise<void> {
  const { store, records } = opened;
  const { tenant } = settings;
  const ids = JSON.parse((await records.value(tenant, examplesRecord)) ?? '[]') as readonly string[];
  for (const cluster of ids) {
    const lease = await records.acquireLease({ tenant, cluster }, `${hostname()}, process ${process.pid}`, 60_000);
    if (!lease) continue;
    await forgetCluster(store, lease);
    await records.releaseLease(lease);
  }
  if (ids.length > 0) {
    await records.putValue(tenant, examplesRecord, '[]');
    terminal.err('forgot the examples of an earlier start\n');
  }
}

/** Prints the ten cheapest paths from the Internet, or else from any pod, to cluster-admin. */
async function showPaths({ settings, terminal, opened }: Session, engine: PathEngine): Promise<void> {
  const scope = wholeTenant(settings.tenant);
  await engine.reached(await opened.store.version(settings.tenant), AbortSignal.timeout(30_000));
  const query = { to: { set: 'CLUSTER_ADMIN' }, first: 10, maxHops: settings.maxHops, timeBudgetMs: 10_000 } as const;
  let origin = 'the Internet';
  let answer = await engine.paths(scope, { ...query, from: { set: 'INTERNET' } });
  if (answer.paths.length === 0) {
    origin = 'any pod';
    answer = await engine.paths(scope, { ...query, from: { kinds: ['Pod'] } });
  }
  if (answer.paths.length === 0) {
    terminal.out(
      `No path leads from the Internet, or from any pod, to cluster-admin within ${settings.maxHops} hops.\n`,
    );
    return;
  }
  const ids = [...new Set(answer.paths.flatMap(({ steps }) => steps.flatMap(({ from, to }) => [from, to])))];
  const nodes = new Map((await opened.store.nodes(scope, ids)).flatMap((node) => (node ? [[node.id, node]] : [])));
  const clusters = await opened.store.find(scope, { kinds: ['Cluster'], page: { first: 1000 } });
  const name = namer(clusters.items.map(({ item }) => item));
  const nameOf = (id: string): string => {
    const node = nodes.get(id);
    return node ? name(node) : id;
  };
  terminal.out(
    `The ${answer.paths.length} cheapest paths from ${origin} to cluster-admin:\n\n${pathTable(answer.paths, nameOf)}`,
  );
}

async function serve(options: GatewayOptions): Promise<Gateway> {
  try {
    return await startGateway(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new CommandError(
        `port ${options.port} is taken: choose another with --port, or 0 for any`,
        exitStatus.outside,
      );
    }
    throw new CommandError(message, code === undefined ? exitStatus.usage : exitStatus.outside);
  }
}

export const run: Run = async (settings, paths, terminal) => {
  const level = settings.logLevel ?? (process.stderr.isTTY ? 'warn' : 'info');
  if (!Object.hasOwn(pino.levels.values, level))
    throw new CommandError(`--log-level ${level}: there are ${Object.keys(pino.levels.values).join(', ')}`);
  const logger = pino({ level }, pino.destination({ dest: 2, sync: true }));
  const auth = authOf(settings);
  const opened = await openSqlite(settings.store);
  const session: Session = { settings, terminal, opened, logger };
  const engines = pathEngines(opened.store, logger);
  const readiness: { -readonly [K in keyof Readiness]: Readiness[K] } = {
    ready: false,
    reasons: ['the clusters are being charted'],
  };
  const stopFollowing = new AbortController();
  let gateway: Gateway | undefined;
  let following: Promise<void> = Promise.resolve();
  try {
    gateway = await serve({
      store: opened.store,
      records: opened.records,
      paths: engines.open,
      host: settings.host,
      port: settings.port,
      tenant: settings.tenant,
      ...(auth === undefined ? {} : { auth }),
      logger,
      readiness: () => readiness,
    });
    const cluster = paths.length > 0 ? null : await findCluster(settings, terminal);
    if (cluster) {
      await forgetExamples(session);
      const shown = progress(`charting ${cluster.name} (${cluster.version} at ${cluster.server})`, terminal);
      const { kubeconfig, context } = settings;
      const followed = followCluster(
        { kubeconfig, context, name: cluster.name, cluster, podSecurityDefault: podSecurityLevel(settings) },
        { ...opened, tenant: settings.tenant, logger, onProgress: shown.count },
        stopFollowing.signal,
      );
      following = followed.ended;
      await Promise.race([followed.charted, aborted(terminal.signal)]);
      shown.done();
    } else {
      const clusters = await chartFiles(paths.length > 0 ? paths : [examples], session);
      const ids = JSON.stringify(clusters.map(({ id }) => id));
      if (paths.length === 0) await opened.records.putValue(settings.tenant, examplesRecord, ids);
    }
    readiness.ready = true;
    readiness.reasons = [];
    if (!terminal.signal.aborted) {
      await showPaths(session, await engines.open(settings.tenant));
      terminal.out(`\nExplore by GraphQL: ${gateway.url}/ide\n`);
      if (!cluster && paths.length === 0) {
        terminal.out(
          'To chart a cluster of yours: set KUBECONFIG, or ./portolan up --kubeconfig FILE --context NAME\n',
        );
      }
    }
    await aborted(terminal.signal);
    terminal.err('stopping\n');
    return exitStatus.done;
  } finally {
    stopFollowing.abort();
    await gateway?.stop();
    await following;
    await engines.close();
    await opened.close();
  }
};

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
