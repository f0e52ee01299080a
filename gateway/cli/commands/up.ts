import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { behaviours } from '../../../detections/baselines/behaviours/index.ts';
import { correlations } from '../../../detections/correlate/index.ts';
import { needsOf } from '../../../detections/needs.ts';
import { nodeTokens } from '../../auth/node-token.ts';
import { sendAlerts } from '../../export/send-alerts.ts';
import { pathEngines } from '../../fleet/engines.ts';
import { type Fleet, followFleet } from '../../fleet/follow-fleet.ts';
import { keepMarkingStale } from '../../fleet/mark-stale.ts';
import { keepMarkingToldGaps } from '../../fleet/mark-told-gaps.ts';
import { auditSourceRecords } from '../../ingest/audit-source.ts';
import { openFalcoIntake } from '../../ingest/falco/intake.ts';
import { followAudit } from '../../ingest/follow-audit.ts';
import { openLearning } from '../../ingest/learnt.ts';
import { openSensorIntake } from '../../ingest/sensor/intake.ts';
import { openWatches } from '../../ingest/watches.ts';
import { webhookReports } from '../../ingest/webhook-reports.ts';
import type { GatewayOptions, Readiness } from '../../settings.ts';
import type { Gateway } from '../../start.ts';
import type { Run } from '../command.ts';
import { destinationOf } from '../detect/destination.ts';
import { CommandError, exitStatus } from '../errors.ts';
import { openStoreOf } from '../open-store.ts';
import { progress } from '../progress.ts';
import { podSecurityLevel, type Settings } from '../settings.ts';
import { auditFeeds } from '../up/audit-feeds.ts';
import { authOf } from '../up/auth.ts';
import { chartFiles } from '../up/chart-files.ts';
import { chartExamples, forgetExamples } from '../up/examples.ts';
import { watchedBy } from '../up/load-rules.ts';
import { lookForClusters } from '../up/look.ts';
import { openEvents } from '../up/open-events.ts';
import { startRetention } from '../up/retention.ts';
import { notSaved, startSaving } from '../up/saving.ts';
import { serve } from '../up/serve.ts';
import type { Session } from '../up/session.ts';
import { showPaths } from '../up/show-paths.ts';
import { tlsOf } from '../up/tls.ts';

function openLog({ logLevel }: Settings): Logger {
  const level = logLevel ?? (process.stderr.isTTY ? 'warn' : 'info');
  if (!Object.hasOwn(pino.levels.values, level)) {
    throw new CommandError(`--log-level ${level}: there are ${Object.keys(pino.levels.values).join(', ')}`);
  }
  return pino({ level }, pino.destination({ dest: 2, sync: true }));
}

/** How long what was found in events may take to be recorded when the process ends. */
const idleMs = 10_000;

export const run: Run = async (settings, paths, terminal) => {
  const logger = openLog(settings);
  const auth = authOf(settings);
  const tls = tlsOf(settings);
  const { load, detections, learnSeconds } = await watchedBy({ settings, terminal });
  const podSecurityDefault = podSecurityLevel(settings);
  const feeds = auditFeeds(settings, terminal);
  const { alertsTo } = settings;
  const destination = alertsTo === null ? null : await destinationOf({ ...settings, output: alertsTo }, terminal);
  const opened = await openStoreOf(settings);
  const session: Session = { settings, terminal, opened, logger };
  const engines = pathEngines(opened.store, logger);
  const events = await openEvents(session).catch(async (error: unknown) => {
    await opened.close();
    throw error;
  });
  const learning = openLearning(opened.records, learnSeconds);
  const watches = openWatches({ ...opened, paths: engines.open }, load, learning, logger);
  const stopRetention = startRetention(session);
  const stopSaving = startSaving(learning, logger);
  const stopFollowing = new AbortController();
  const rules = [...load().engines.k8s_audit.rules, ...needsOf(correlations, learnSeconds > 0 ? behaviours : [])];
  const webhooks = webhookReports({ watches, records: opened.records, rules, logger }, stopFollowing.signal);
  let readiness: Readiness = { ready: false, reasons: ['the clusters are being charted'] };
  let fleet: Fleet | undefined;
  const sent = { taken: 0, skipped: 0 };
  const gatewayOptions: GatewayOptions = {
    store: opened.store,
    records: opened.records,
    alerts: opened.alerts,
    ...(events === undefined ? {} : { events }),
    paths: engines.open,
    host: settings.host,
    port: settings.port,
    tenant: settings.tenant,
    ...(auth === undefined ? {} : { auth }),
    ...(tls === undefined ? {} : { tls }),
    cacheBytes: settings.cacheSize * 1e6,
    logger,
    watch: webhooks.of,
    nodeTokens: nodeTokens(() => fleet?.tokenClusters ?? [], settings.tenant, opened.store, logger),
    sensors: openSensorIntake({ ...opened, paths: engines.open }, learning, logger),
    falco: openFalcoIntake({ ...opened, paths: engines.open }, logger),
    detections,
    readiness: () => readiness,
    clusters: () => fleet?.members ?? [],
    ...(destination === null ? {} : { sentAlerts: sent }),
  };
  const sender = { ...opened, tenant: settings.tenant, place: alertsTo ?? '', logger, sent };
  const sendUntil = AbortSignal.any([terminal.signal, stopFollowing.signal]);
  const sending = destination === null ? undefined : sendAlerts({ ...sender, put: destination.put }, sendUntil);
  let gateway: Gateway | undefined;
  let marking: readonly Promise<void>[] = [];
  let feeding: readonly Promise<void>[] = [];
  try {
    const found = paths.length > 0 ? [] : await lookForClusters(settings, terminal, 'it is tried again until it does');
    // Charting takes its time: who asks meanwhile is told by /readyz, and of clusters by coverage, that it is not whole.
    gateway = await serve(gatewayOptions);
    if (found.length > 0 || paths.length > 0) await forgetExamples(session);
    if (found.length > 0) {
      fleet = followFleet(
        found,
        {
          ...opened,
          tenant: settings.tenant,
          logger,
          podSecurityDefault,
          onCluster: ({ name, version, server }) =>
            progress(`charting ${name}`, terminal, ` (${version} at ${server})`),
        },
        stopFollowing.signal,
      );
      await Promise.race([fleet.charted, aborted(terminal.signal)]);
    } else if (paths.length > 0) await chartFiles(paths, session);
    else await chartExamples(session);
    readiness = { ready: true, reasons: [] };
    const states = auditSourceRecords(opened.records, settings.tenant);
    const feed = { ...opened, tenant: settings.tenant, watches, states, rules, logger };
    feeding = feeds.map((each) => followAudit(each, feed, stopFollowing.signal));
    const stale = { ...opened, tenant: settings.tenant, followed: () => fleet?.followed ?? new Set<string>() };
    marking = [
      keepMarkingStale(stale, logger, stopFollowing.signal),
      keepMarkingToldGaps(stale, logger, stopFollowing.signal),
    ];
    if (!terminal.signal.aborted) {
      await showPaths(session, await engines.open(settings.tenant));
      terminal.out(`\nExplore by GraphQL: ${gateway.url}/ide\n`);
      if (found.length === 0 && paths.length === 0) {
        terminal.out(
          'To chart a cluster of yours: set KUBECONFIG, or ./portolan up --kubeconfig FILE --context NAME\n',
        );
      }
    }
    await aborted(terminal.signal);
    terminal.err('stopping\n');
    return exitStatus.done;
  } finally {
    stopRetention();
    stopSaving();
    stopFollowing.abort();
    await gateway?.stop();
    await Promise.race([
      Promise.all([...feeding, webhooks.ended(), watches.idle()]),
      sleep(idleMs, undefined, { ref: false }),
    ]);
    const saved = learning.save().catch((err: unknown) => logger.error({ err }, notSaved));
    await Promise.race([saved, sleep(idleMs, undefined, { ref: false })]);
    await sending;
    await destination?.close();
    await fleet?.ended;
    await Promise.all(marking);
    await engines.close();
    await events?.close();
    await opened.close();
  }
};

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
