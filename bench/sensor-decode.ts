// What it costs to turn the loader's bytes into events: real ones are caught first, then read again and again.
//
//   sudo scripts/node bench/sensor-decode.ts [--rounds 15] [--only opens,connects,mix,processes]
//
// Prints CPU ms (user and system) for 100,000 events, least and median of the rounds: for the events alone, each with its process
// and container, then with their own fields read, then asked by our own rules, then as lines of NDJSON. No two events of the load
// are the same, so hardly any is a repeat, which would cost nothing. `processes` are exec, fork and exit alone.

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { loadDetections } from '../detections/load.ts';
import { packFiles } from '../detections/rules/pack.ts';
import { decoder } from '../sensor/decode.ts';
import { type SnapshotProcess, snapshotProcesses } from '../sensor/enrich/proc.ts';
import { ProcessTree } from '../sensor/enrich/process-tree.ts';
import { bootClock } from '../sensor/events/clock.ts';
import type { SensorEvent } from '../sensor/events/event.ts';
import { askedFields } from '../sensor/events/fields.ts';
import { lineWriter } from '../sensor/events/line.ts';
import { frameReader } from '../sensor/frames/frame-reader.ts';
import { defaultFilter, orders } from '../sensor/loader/orders.ts';
import { runLoader } from '../sensor/loader/run-loader.ts';
import { compileActor, sensorBuild, workFolder } from '../test/sensor/harness.ts';

// In this replay V8 comes to make the records of processes in its old generation, where those that come and go cost up to three times
// as much. In a live sensor nothing of it is seen, with this flag or without; what sets it off here is not known.
setFlagsFromString('--no-allocation-site-pretenuring');

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', default: 'opens,connects,mix,processes' },
  },
});
const rounds = Number(values.rounds);
const only = values.only.split(',');
const load = await compileActor(workFolder(), 'load');

interface Caught {
  readonly chunks: readonly Buffer[];
  readonly processes: readonly SnapshotProcess[];
}

/** All that a loader writes while the load runs. */
async function caught(kind: string, count: number, rate: number, everyOpen: boolean): Promise<Caught> {
  const loader = runLoader(await sensorBuild(), orders({ ...defaultFilter, everyOpen }, 64 << 20, process.pid));
  const chunks: Buffer[] = [];
  let processes: readonly SnapshotProcess[] = [];
  for await (const chunk of loader.output) {
    if (chunks.length === 0) {
      processes = [...snapshotProcesses()];
      void promisify(execFile)(load, [kind, String(count), String(rate)])
        .then(() => sleep(200))
        .then(() => loader.stop());
    }
    chunks.push(chunk);
  }
  return { chunks, processes };
}

const naming = { time: bootClock().text, user: () => undefined, group: () => undefined, host: () => undefined };
const engine = loadDetections(packFiles()).engines.syscall;
const writeLine = lineWriter(naming);
const asks: Readonly<Record<string, (event: SensorEvent) => unknown>> = {
  events: (event) => event.type,
  fields: (event) => event.fields,
  rules: (event) => engine.alerts(askedFields(event, naming)),
  lines: writeLine,
};

/** CPU ms for 100,000 events, and how many there are. */
function decodeAll({ chunks, processes }: Caught, ask: (event: SensorEvent) => unknown): readonly [number, number] {
  const tree = new ProcessTree(() => undefined);
  tree.add(processes);
  const before = process.cpuUsage();
  const reader = frameReader({ skippedBytes: 0, refused: 0, missing: 0 });
  const { decode } = decoder(tree, { size: 0, type: 0, body: 0 });
  let count = 0;
  for (const chunk of chunks)
    for (const { type, payload } of reader.read(chunk)) {
      if (type !== 'events') continue;
      for (const events of decode(payload)) {
        for (const event of events) {
          ask(event);
          count++;
        }
      }
    }
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000 / (count / 100_000), count];
}

for (const [name, kind, operations, rate, everyOpen] of [
  ['opens', 'files', 300_000, 150_000, true],
  ['connects', 'ports', 150_000, 20_000, false],
  ['mix', 'mix', 8_000, 0, true],
  ['processes', 'spawn', 5_000, 0, false],
] as const) {
  if (!only.includes(name)) continue;
  const recorded = await caught(kind, operations, rate, everyOpen);
  for (const [asked, ask] of Object.entries(asks)) {
    decodeAll(recorded, ask); // compiles
    const all = Array.from({ length: rounds }, () => decodeAll(recorded, ask));
    const times = all.map(([ms]) => ms).sort((a, b) => a - b);
    const [least = 0, middle = 0] = [times[0], times[times.length >> 1]];
    console.log(`${name}, ${asked}: least ${least.toFixed(1)}, median ${middle.toFixed(1)} (${all[0]?.[1]} events)`);
  }
}
