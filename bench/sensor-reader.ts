// The sensor as bench/sensor.ts runs it, in a process of its own: it reads every event, with its process and container, until
// SIGTERM, and then prints what became of them.
//
//   node bench/sensor-reader.ts RING_BYTES every|default events|fields|lines
//
// `events` asks an event for nothing more, `fields` for its own fields, `lines` for its line of NDJSON.

import { readFileSync } from 'node:fs';
import { ensureSensor } from '../sensor/build.ts';
import { groupNames, userNames } from '../sensor/enrich/users.ts';
import type { SensorEvent } from '../sensor/events/event.ts';
import { lineWriter } from '../sensor/events/line.ts';
import { defaultFilter } from '../sensor/loader/orders.ts';
import { sense } from '../sensor/sense.ts';

/** What the reader prints when it ends. */
export interface ReaderReport {
  /** Sums over all event types. */
  readonly made: number;
  readonly sent: number;
  readonly lost: number;
  readonly filtered: number;
  readonly limited: number;
  /** Events that came out, by type. */
  readonly decoded: Readonly<Record<string, number>>;
  readonly cpuMs: { readonly node: number; readonly loader: number };
  /** The most there was. */
  readonly rssMiB: { readonly node: number; readonly loader: number };
}

const [ring = '8388608', opens = 'every', asked = 'fields'] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

/** CPU time of a process in ms and its resident memory in MiB; a process that has ended has none. */
function usage(pid: number): { readonly cpuMs: number; readonly rssMiB: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, rssMiB: (Number(fields[21]) * 4) / 1024 };
}

let loader = 0;
let loaderCpuAtStart = 0; // verifying the programs takes longer than many a measurement
let cpuAtStart = process.cpuUsage();
const most = { loaderCpuMs: 0, loader: 0, node: 0 };
const decoded: Record<string, number> = {};
const sensor = sense({
  build: await ensureSensor(console.error),
  filter: { ...defaultFilter, everyOpen: opens === 'every' },
  ringBytes: Number(ring),
  signal: stop.signal,
  onAttached: (pid) => {
    loader = pid;
    cpuAtStart = process.cpuUsage();
    loaderCpuAtStart = usage(pid).cpuMs;
    console.log('ready');
  },
});
const line = lineWriter({ time: sensor.clock.text, user: userNames(), group: groupNames(), host: () => undefined });
const ask: (event: SensorEvent) => unknown =
  asked === 'lines' ? line : asked === 'fields' ? ({ fields }) => fields : () => undefined;

function sample(): void {
  const { cpuMs, rssMiB } = usage(loader);
  most.loaderCpuMs = Math.max(most.loaderCpuMs, cpuMs);
  most.loader = Math.max(most.loader, rssMiB);
  most.node = Math.max(most.node, process.memoryUsage.rss() / 1_048_576);
}
const sampling = setInterval(() => loader !== 0 && sample(), 200);
for await (const sensed of sensor.output) {
  if (!('events' in sensed)) continue;
  for (const event of sensed.events) {
    decoded[event.type] = (decoded[event.type] ?? 0) + event.count;
    ask(event);
  }
}
clearInterval(sampling);
const { user, system } = process.cpuUsage(cpuAtStart);
const sum = (what: 'made' | 'sent' | 'lost' | 'filtered' | 'limited'): number =>
  Object.values(sensor.status.kernel).reduce((total, counter) => total + counter[what], 0);
const report: ReaderReport = {
  made: sum('made'),
  sent: sum('sent'),
  lost: sum('lost'),
  filtered: sum('filtered'),
  limited: sum('limited'),
  decoded,
  cpuMs: { node: (user + system) / 1000, loader: most.loaderCpuMs - loaderCpuAtStart },
  rssMiB: { node: most.node, loader: most.loader },
};
console.log(JSON.stringify(report));
