import { ensureSensor, SensorUnavailable } from '../../../sensor/build.ts';
import { hostNames } from '../../../sensor/enrich/host-names.ts';
import { groupNames, userNames } from '../../../sensor/enrich/users.ts';
import { declaredGaps } from '../../../sensor/gaps.ts';
import { everyEvent, filterForMore } from '../../../sensor/loader/asked-more.ts';
import { filterFor } from '../../../sensor/loader/asked-opens.ts';
import { addressClasses, defaultFilter, type Filter } from '../../../sensor/loader/orders.ts';
import { collectorMetrics } from '../../../sensor/publish/collector-metrics.ts';
import { type Sensor, sense } from '../../../sensor/sense.ts';
import type { Run, Terminal } from '../command.ts';
import { CommandError, exitStatus } from '../errors.ts';
import { metricsServer } from '../sensor/metrics-server.ts';
import { engineOf, outputOf } from '../sensor/outputs.ts';
import { publishSpool } from '../sensor/publish.ts';
import type { Settings } from '../settings.ts';
import { printable } from '../table.ts';

const mebibyte = 1 << 20;

/** Starts the sensor and tells on standard error what it watches. */
async function start(options: Omit<Parameters<typeof sense>[0], 'build'>, terminal: Terminal): Promise<Sensor> {
  if (process.getuid?.() !== 0)
    throw new CommandError('the sensor loads programs into the kernel: run it as root', exitStatus.outside);
  const build = await ensureSensor((line) => terminal.err(`${line}\n`));
  const sensor = sense({
    ...options,
    build,
    onAttached: (loader) => {
      const states = Object.entries(sensor.status.programs);
      const ordered = states.filter(([, state]) => state !== 'off');
      const missing = ordered.filter(([, state]) => state !== 'attached');
      terminal.err(`sensor: watching (loader ${loader}, ${ordered.length - missing.length} programs)\n`);
      for (const [name, state] of missing) terminal.err(`sensor: not watching ${name}: ${state}\n`);
    },
  });
  return sensor;
}

function isAttached({ status }: Sensor): boolean {
  return Object.keys(status.programs).length > 0;
}

/** What --no-connect says of each class of addresses. */
function connectsOf({ noConnect }: Settings): Filter['connects'] {
  const unknown = noConnect.find((name) => !addressClasses.some((known) => known === name));
  if (unknown !== undefined) throw new CommandError(`--no-connect ${unknown}: there are ${addressClasses.join(', ')}`);
  return Object.fromEntries(noConnect.map((name) => [name, false]));
}

export const run: Run = async (settings, _positionals, terminal) => {
  if (settings.publish !== null) return publishSpool(settings, terminal);
  const ringBytes = settings.ring * mebibyte;
  if (ringBytes === 0 || (ringBytes & (ringBytes - 1)) !== 0 || settings.ring > 1024)
    throw new CommandError(`--ring ${settings.ring}: a power of two, in MiB, 1024 at most`);
  const connects = connectsOf(settings);
  const given = { ...defaultFilter, everyOpen: settings.everyOpen, rate: settings.rate, connects };
  const engine = await engineOf(settings, terminal);
  const asked = engine?.rules.filter(({ enabled, coverage }) => enabled && coverage.state !== 'none') ?? [];
  const { filter: opens, inPart } = filterFor(given, asked);
  const filter = engine === null ? everyEvent(opens) : filterForMore(opens, asked);
  if (settings.rules.length > 0 && inPart.length > 0)
    terminal.err(
      `sensor: ${inPart.length} rules ask for more opened files than the kernel can tell apart and see a part of them, or all with --every-open: ${printable(inPart.join(', '))}\n`,
    );
  try {
    const sensor = await start({ filter, ringBytes, signal: terminal.signal }, terminal);
    const hosts = hostNames();
    const output = outputOf(
      settings,
      engine,
      { time: sensor.clock.text, user: userNames(), group: groupNames(), host: hosts.of },
      () => (isAttached(sensor) ? declaredGaps(sensor.status.programs, filter) : null),
      terminal,
    );
    const server = await metricsServer(settings.metrics, collectorMetrics(sensor.status, output.delivery));
    try {
      for await (const sensed of sensor.output) {
        if ('events' in sensed) sensed.events.forEach(hosts.learn);
        output.take(sensed);
      }
    } finally {
      output.close();
      server?.close();
    }
  } catch (error) {
    if (error instanceof SensorUnavailable) throw new CommandError(error.message, exitStatus.outside);
    throw error;
  }
  return exitStatus.done;
};
