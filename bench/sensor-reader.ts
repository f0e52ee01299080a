// The sensor as bench/sensor.ts runs it, in a process of its own: it reads every event, enriched, until SIGTERM, and then
// prints what became of them.
//
//   node bench/sensor-reader.ts RING_BYTES every|default

import { readFileSync } from 'node:fs';
import { ensureSensor } from '../sensor/build.ts';
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
  readonly rssMiB: { readonly node: number; readonly loader: number };
}

const [ring = '8388608', opens = 'every'] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

/** CPU time of a process in ms and its resident memory in MiB. */
function usage(pid: number): { readonly cpuMs: number; readonly rssMiB: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, rssMiB: (Number(fields[21]) * 4) / 1024 };
}

let loader = 0;
let loaderUsage = { cpuMs: 0, rssMiB: 0 };
let loaderCpuAtStart = 0; // verifying the programs takes longer than many a measurement
let nodeRss = 0;
let cpuAtStart = process.cpuUsage();
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
const sampling = setInterval(() => {
  if (loader !== 0) loaderUsage = usage(loader);
  nodeRss = Math.max(nodeRss, process.memoryUsage.rss() / 1_048_576);
}, 200);
for await (const sensed of sensor.output) {
  if (!('events' in sensed)) continue;
  for (const { type } of sensed.events) decoded[type] = (decoded[type] ?? 0) + 1;
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
  cpuMs: { node: (user + system) / 1000, loader: loaderUsage.cpuMs - loaderCpuAtStart },
  rssMiB: { node: nodeRss, loader: loaderUsage.rssMiB },
};
console.log(JSON.stringify(report));
