import { hostname } from 'node:os';
import type { Alert } from '../../../detections/engine/rule.ts';
import { falcoAlert } from '../../../detections/export/falco.ts';
import { ocsfFinding } from '../../../detections/export/ocsf.ts';
import { fileSink, lineSink, type Sink, webhookSink } from '../../../detections/export/sink.ts';
import { attackVersion } from '../../../detections/rules/define.ts';
import type { Terminal } from '../command.ts';
import { CommandError, exitStatus } from '../errors.ts';
import type { Settings } from '../settings.ts';

const formats: Readonly<Record<string, (alert: Alert) => unknown>> = {
  portolan: (alert) => alert,
  falco: (alert) => falcoAlert(alert, hostname()),
  ocsf: (alert) => ocsfFinding(alert, attackVersion),
};

/** Where `portolan detect` puts alerts, and in which words. */
export interface Destination {
  readonly put: (alert: Alert) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** @throws CommandError for a format or an address that there is not */
export async function destinationOf(settings: Settings, terminal: Terminal): Promise<Destination> {
  const name = settings.format ?? 'portolan';
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format === undefined) throw new CommandError(`--format ${name}: there are ${Object.keys(formats).join(', ')}`);
  const { write, close } = await sinkOf(settings, terminal);
  return { put: (alert) => write(JSON.stringify(format(alert))), close };
}

async function sinkOf({ output, outputSecret }: Settings, terminal: Terminal): Promise<Sink> {
  if (output === '-') return lineSink((text) => terminal.out(text));
  if (/^https?:\/\//.test(output)) {
    if (!URL.canParse(output)) throw new CommandError(`--output ${output}: this is no URL`);
    const sink = webhookSink({ url: output, secret: outputSecret }, terminal.signal);
    return { ...sink, write: (text) => sink.write(text).catch(fail) };
  }
  return fileSink(output).catch(fail);
}

function fail(error: Error): never {
  throw new CommandError(`--output: ${error.message}`, exitStatus.outside);
}
