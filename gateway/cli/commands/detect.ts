import { createReadStream } from 'node:fs';
import { type Delivery, deliveryOf, isProvider, providers } from '../../../collectors/audit/delivered.ts';
import type { Provider } from '../../../collectors/audit/event.ts';
import { seenEvents } from '../../../collectors/audit/seen.ts';
import { behaviours } from '../../../detections/baselines/behaviours/index.ts';
import { createBehaviours } from '../../../detections/baselines/engine.ts';
import { isSourceName, type SourceName, sources } from '../../../detections/engine/fields/sources.ts';
import { notCovered } from '../../../detections/engine/not-covered.ts';
import type { Run, Terminal } from '../command.ts';
import { destinationOf } from '../detect/destination.ts';
import { readEvents } from '../detect/events.ts';
import { reportCoverage, reportLost, rulesOf, ruleTable } from '../detect/rule-files.ts';
import { unpacked } from '../detect/unpacked.ts';
import { CommandError, exitStatus } from '../errors.ts';
import { progress } from '../progress.ts';
import type { Settings } from '../settings.ts';
import { printable } from '../table.ts';

const mostShown = 20;
const secondsOfDay = 86_400;
const chunkBytes = 1 << 18;

/** What the events are, and who delivers them; null for what is told from each. */
interface Kind {
  readonly source: SourceName | null;
  readonly provider: Provider | null;
}

function kindOf({ source }: Settings): Kind {
  if (source === 'auto') return { source: null, provider: null };
  if (isSourceName(source)) return { source, provider: null };
  if (isProvider(source)) return { source: 'k8s_audit', provider: source };
  throw new CommandError(`--source ${source}: there are ${['auto', ...Object.keys(sources), ...providers].join(', ')}`);
}

/** The bytes of a file or of standard input, until the person has had enough. */
async function* bytesOf(path: string, { signal }: Terminal): AsyncGenerator<Buffer> {
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: chunkBytes });
  const stop = (): void => void stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    yield* unpacked(stream as AsyncIterable<Buffer>);
  } catch (error) {
    if (!signal.aborted) throw new CommandError(`events ${path} cannot be read: ${(error as Error).message}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export const run: Run = async (settings, positionals, terminal) => {
  const [unexpected] = positionals;
  if (unexpected !== undefined) throw new CommandError(`${unexpected}: give rules by --rules and events by --events`);
  const { source, provider } = kindOf(settings);
  const loaded = await rulesOf(settings.rules, terminal);
  if (settings.list) {
    const lost =
      provider === null ? [] : notCovered(loaded.engines.k8s_audit.rules, deliveryOf(provider).notDelivered());
    terminal.out(ruleTable(loaded, lost));
    return exitStatus.done;
  }
  const { events } = settings;
  if (events === null)
    throw new CommandError('say where the events are: --events FILE, or --events - for standard input');
  const { put, close } = await destinationOf(settings, terminal);
  reportCoverage(loaded, terminal);

  const { syscall, k8s_audit: audit } = loaded.engines;
  const learnSeconds = (settings.learn ?? 0) * secondsOfDay;
  const unusual = learnSeconds === 0 ? null : createBehaviours(behaviours, { learnSeconds });
  const counts = { events: 0, alerts: 0, problems: 0, duplicates: 0 };
  const seen = seenEvents();
  const deliveries = new Map<Provider, Delivery>();
  const reading = progress(`reading ${events}`, terminal);
  for await (const read of readEvents(bytesOf(events, terminal), events === '-' ? 'stdin' : events, source)) {
    if (read.kind === 'problem') {
      if (++counts.problems <= mostShown) terminal.err(`${printable(`${read.place}: ${read.message}`)}\n`);
      continue;
    }
    if (read.kind === 'k8s_audit') {
      const { provider, cluster } = read.event.source;
      if (seen.has(cluster?.id ?? '', read.event.record)) {
        counts.duplicates++;
        continue;
      }
      seen.add(cluster?.id ?? '', read.event.record);
      const delivery = deliveries.get(provider) ?? deliveryOf(provider);
      deliveries.set(provider, delivery);
      delivery.take(read.event);
    }
    const alerts =
      read.kind === 'alert'
        ? [read.alert]
        : read.kind === 'syscall'
          ? [...syscall.alerts(read.event), ...(unusual?.alerts('syscall', read.event) ?? [])]
          : [...audit.alerts(read.event), ...(unusual?.alerts('k8s_audit', read.event) ?? [])];
    reading.count('events', ++counts.events);
    if (alerts.length === 0) continue;
    counts.alerts += alerts.length;
    reading.count('alerts', counts.alerts);
    for (const alert of alerts) await put(alert);
  }
  await close();
  reading.done();
  for (const [provider, delivery] of deliveries) {
    const lacking = delivery.notDelivered();
    reportLost(provider, lacking, notCovered(audit.rules, lacking), terminal);
  }
  if (counts.duplicates > 0)
    terminal.err(
      `${counts.duplicates} audit events were left out: they had come before (by cluster, audit id and stage)\n`,
    );
  if (counts.problems > 0) terminal.err(`${counts.problems} could not be read or were lost\n`);
  if (counts.events === 0 && counts.problems > 0) throw new CommandError(`there is no event in ${events}`);
  return exitStatus.done;
};
