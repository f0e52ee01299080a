import type { loadRules } from '../../../detections/engine/load.ts';
import { askedFields } from '../../../sensor/events/fields.ts';
import { lineWriter } from '../../../sensor/events/line.ts';
import type { Naming } from '../../../sensor/events/process-fields.ts';
import { Recorder, type RecorderOptions, type RecorderStatus } from '../../../sensor/publish/recorder.ts';
import { SpoolWriter } from '../../../sensor/publish/spool/spool-writer.ts';
import type { Sensed } from '../../../sensor/sense.ts';
import type { Terminal } from '../command.ts';
import { reportCoverage, rulesOf } from '../detect/rule-files.ts';
import type { Settings } from '../settings.ts';

const flushMs = 250;
const mebibyte = 1 << 20;

/** Where the sensor's output goes. */
export interface Output {
  take(sensed: Sensed): void;
  readonly delivery: { readonly recorder: RecorderStatus; readonly spool: SpoolWriter } | null;
  close(): void;
}

export type Engine = ReturnType<typeof loadRules>['engines']['syscall'];

/** The rules that the settings ask for; null where they ask for all events. */
export async function engineOf({ spool, alerts, rules }: Settings, terminal: Terminal): Promise<Engine | null> {
  if (spool === null && !alerts && rules.length === 0) return null;
  const loaded = await rulesOf(rules, terminal);
  reportCoverage(loaded, terminal);
  return loaded.engines.syscall;
}

/** The output that the settings ask for: a spool, alerts, or events. */
export function outputOf(
  settings: Settings,
  syscall: Engine | null,
  naming: Naming,
  declared: RecorderOptions['declared'],
  terminal: Terminal,
): Output {
  const { spool } = settings;
  if (syscall === null) return { ...events(naming, terminal), delivery: null };
  return spool === null
    ? { ...alertLines(syscall, naming, terminal), delivery: null }
    : records(spool, { engine: syscall, naming, declared }, settings);
}

type Lines = Pick<Output, 'take' | 'close'>;

function events(naming: Naming, terminal: Terminal): Lines {
  const line = lineWriter(naming);
  return {
    take: (sensed) =>
      terminal.out('events' in sensed ? sensed.events.map(line).join('') : dropLine(sensed.gap, naming)),
    close: () => undefined,
  };
}

function alertLines(engine: Engine, naming: Naming, terminal: Terminal): Lines {
  return {
    take(sensed) {
      if ('gap' in sensed) {
        terminal.err(dropLine(sensed.gap, naming));
        return;
      }
      const alerts = sensed.events.flatMap((event) => engine.alerts(askedFields(event, naming)));
      if (alerts.length > 0) terminal.out(alerts.map((alert) => `${JSON.stringify(alert)}\n`).join(''));
    },
    close: () => undefined,
  };
}

function records(
  folder: string,
  options: Pick<RecorderOptions, 'engine' | 'naming' | 'declared'>,
  { spoolSize, budget }: Settings,
): Output {
  const spool = new SpoolWriter({ folder, limitBytes: spoolSize * mebibyte });
  const recorder = new Recorder({ ...options, spool, budget });
  const timer = setInterval(() => recorder.flush(), flushMs);
  return {
    take: (sensed) => recorder.take(sensed),
    delivery: { recorder: recorder.status, spool },
    close() {
      clearInterval(timer);
      recorder.close();
      spool.close();
    },
  };
}

type Gap = Extract<Sensed, { readonly gap: unknown }>['gap'];

function dropLine({ time, where, count, reason }: Gap, naming: Naming): string {
  const fields = {
    'evt.time': naming.time(time),
    'evt.type': 'drop',
    'drop.where': where,
    'drop.count': count,
    'drop.reason': reason,
  };
  return `${JSON.stringify(fields)}\n`;
}
