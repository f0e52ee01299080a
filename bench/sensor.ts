// Measures the node sensor: what it loses under a flood, what decoding costs, how late a line is, and what it costs the programs
// it watches.
//
//   sudo scripts/node bench/sensor.ts [--seconds 60] [--rounds 15] [--only floods,decoding,latency,overhead,programs]
//
// Floods run under the limits of the specification (0.36 CPU, 296 MiB) where the machine has cgroup v1's cpu and memory
// controllers, after 4 s at 50,000 a second. All costs are CPU time, which other load on the machine lengthens less than it does
// the clock. For overhead the same load runs without and with the sensor, in turns; each round gives a ratio, and the median of
// those counts.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { defaultFilter, type Filter, orders } from '../sensor/loader/orders.ts';
import { runLoader } from '../sensor/loader/run-loader.ts';
import { compileActor, sensorBuild, workFolder } from '../test/sensor/harness.ts';
import type { ReaderReport } from './sensor-reader.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', default: 'floods,decoding,latency,overhead,programs' },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const mebibyte = 1 << 20;
/** What `portolan sensor` has. */
const defaultRing = 16 * mebibyte;
const cpuLimit = 0.36;
const memoryLimitMiB = 296;
const load = await compileActor(workFolder(), 'load');

interface Load {
  /** CPU ns an operation, with its children. */
  readonly ns: number;
  readonly perSecond: number;
}

async function run(kind: string, count: number, rate = 0): Promise<Load> {
  const { stdout } = await promisify(execFile)(load, [kind, String(count), String(rate)]);
  const [ns = 0, perSecond = 0] = stdout.split(' ').map(Number);
  return { ns, perSecond };
}

const groups = ['cpu', 'memory'].map((controller) => `/sys/fs/cgroup/${controller}/portolan-bench`);

/** Makes the cgroups with the limits; false where there is no cgroup v1. */
function limit(): boolean {
  if (!groups.every((group) => existsSync(join(group, '../cgroup.procs')))) return false;
  const [cpu = '', memory = ''] = groups;
  for (const group of groups) mkdirSync(group, { recursive: true });
  writeFileSync(join(cpu, 'cpu.cfs_quota_us'), String(cpuLimit * 100_000));
  writeFileSync(join(memory, 'memory.limit_in_bytes'), String(memoryLimitMiB * mebibyte));
  return true;
}

const limited = limit();

interface Reading {
  readonly ringBytes?: number;
  readonly opens?: 'every' | 'default';
  /** What is asked of each event; see sensor-reader.ts. */
  readonly asked?: 'events' | 'fields' | 'lines';
  /** Under the limits. */
  readonly within?: boolean;
}

/** Runs the reader around `during`. */
async function read(
  { ringBytes = defaultRing, opens = 'every', asked = 'fields', within = false }: Reading,
  during: () => Promise<unknown>,
): Promise<ReaderReport> {
  const enter = within ? groups.map((group) => `echo $$ > ${group}/cgroup.procs && `).join('') : '';
  // With the options that the launcher gives: under a memory limit Node's own choice of young generation costs twice the CPU.
  const reader = [join(import.meta.dirname, 'sensor-reader.ts'), String(ringBytes), opens, asked];
  const child: ChildProcess = spawn(
    'sh',
    ['-c', `${enter}exec "$@"`, 'sh', process.execPath, ...process.execArgv, ...reader],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const ended = once(child, 'close');
  while (!output.includes('ready') && child.exitCode === null) await sleep(50);
  await during();
  await sleep(500);
  child.kill('SIGTERM');
  await ended;
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as ReaderReport;
}

function show(name: string, report: ReaderReport): void {
  const { made, sent, lost, filtered, limited: held, decoded, cpuMs, rssMiB } = report;
  const out = Object.values(decoded).reduce((sum, count) => sum + count, 0);
  const per = (ms: number): string => (ms / (out / 100_000)).toFixed(1);
  const exact = made === sent + lost + filtered + held;
  console.log(name);
  console.log(`  made ${made} = sent ${sent} + lost ${lost} + filtered ${filtered} + limited ${held}: ${exact}`);
  console.log(`  decoded ${out}; CPU ms per 100,000: node ${per(cpuMs.node)}, loader ${per(cpuMs.loader)}`);
  console.log(`  resident at most: node ${rssMiB.node.toFixed(0)} MiB, loader ${rssMiB.loader.toFixed(0)} MiB`);
}

async function floods(): Promise<void> {
  const where = limited
    ? `under ${cpuLimit} CPU and ${memoryLimitMiB} MiB`
    : 'without limits, as there is no cgroup v1';
  const flood = async (name: string, ringBytes: number, count: number, rate: number, kind = 'open'): Promise<void> => {
    let speed = 0;
    const report = await read({ ringBytes, within: limited }, async () => {
      // Node compiles what runs often; before, an event costs some three times as much.
      await run(kind, 200_000, 50_000);
      speed = (await run(kind, count, rate)).perSecond;
    });
    show(`${name} ${where}: ${speed.toFixed(0)} opens a second`, report);
  };
  await flood('a million opens at full speed', defaultRing, 1_000_000, 0);
  await flood(`300,000 opens a second for ${seconds} s`, defaultRing, 300_000 * seconds, 300_000);
  await flood(
    `300,000 a second of ever other files for ${seconds} s`,
    defaultRing,
    300_000 * seconds,
    300_000,
    'files',
  );
  await flood('500,000 opens, ring 256 KiB', 256 * 1024, 500_000, 0);
}

async function decoding(): Promise<void> {
  for (const asked of ['events', 'fields', 'lines'] as const) {
    show(`500,000 opens, ${asked}`, await read({ asked }, () => run('files', 500_000, 50_000)));
    show(`100,000 connects, ${asked}`, await read({ opens: 'default', asked }, () => run('ports', 100_000, 20_000)));
    show(`mix of 200,000 events, ${asked}`, await read({ asked }, () => run('mix', 10_000, 2_000)));
  }
  show('5,000 processes: exec, fork and exit, fields', await read({ opens: 'default' }, () => run('spawn', 5_000)));
}

/** From the time in an event to when its line has been read from the pipe. */
async function latency(): Promise<void> {
  const child = spawn(join(import.meta.dirname, '../portolan'), ['sensor'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const late: number[] = [];
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const now = performance.timeOrigin + performance.now();
    const [, second = '', nanoseconds = ''] = /"evt.time":"([^.]+)\.(\d{9})Z".*shadow/.exec(line) ?? [];
    if (second !== '') late.push(now - Date.parse(`${second}Z`) - Number(nanoseconds) / 1e6);
  });
  while (!told.includes('watching') && child.exitCode === null) await sleep(50);
  await run('shadow', 20_000, 1_000);
  await sleep(500);
  child.kill('SIGTERM');
  await once(child, 'close');
  late.sort((a, b) => a - b);
  const share = (part: number): string => `${late[Math.floor(part * (late.length - 1))]?.toFixed(1)} ms`;
  console.log(`event to line at 1,000 a second, ${late.length} lines`);
  console.log(`  p50 ${share(0.5)}, p95 ${share(0.95)}, p99 ${share(0.99)}, max ${share(1)}`);
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

/** The full set of programs with a filter, and nothing but the loader to read them. */
async function watched<Result>(filter: Filter, during: (loader: number) => Promise<Result>): Promise<Result> {
  const loader = runLoader(await sensorBuild(), orders(filter, defaultRing, process.pid));
  const chunks = loader.output[Symbol.asyncIterator]();
  await chunks.next(); // HELLO: everything is attached
  const drained = (async () => {
    while (!(await chunks.next()).done);
  })();
  const result = await during(loader.pid);
  loader.stop();
  await drained;
  await loader.ended();
  return result;
}

const nobody: Filter = { ...defaultFilter, cgroups: { only: true, ids: [1n] } };
const measures = [
  { name: 'open and close, filtered', kind: 'open', count: 100_000, filter: defaultFilter },
  { name: 'getppid', kind: 'getppid', count: 500_000, filter: defaultFilter },
  { name: 'spawn and wait', kind: 'spawn', count: 100, filter: defaultFilter },
  { name: 'socket, connect and close, delivered', kind: 'connect', count: 10_000, filter: defaultFilter },
  { name: 'socket, connect and close, filtered', kind: 'connect', count: 10_000, filter: nobody },
] as const;

async function overhead(): Promise<void> {
  const pairs = measures.map((): { readonly off: number; readonly on: number }[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const filter of new Set(measures.map((measure) => measure.filter))) {
      const chosen = measures.flatMap((measure, index) => (measure.filter === filter ? [{ ...measure, index }] : []));
      const off: number[] = [];
      for (const { kind, count } of chosen) off.push((await run(kind, count)).ns);
      const on = await watched(filter, async () => {
        const list: number[] = [];
        for (const { kind, count } of chosen) list.push((await run(kind, count)).ns);
        return list;
      });
      for (const [place, { index }] of chosen.entries())
        pairs[index]?.push({ off: off[place] ?? Number.NaN, on: on[place] ?? Number.NaN });
    }
  }
  console.log(`overhead of the full set: CPU ns an operation and its ratio, medians of ${rounds} pairs`);
  for (const [index, { name }] of measures.entries()) {
    const list = pairs[index] ?? [];
    const [off, on] = [median(list.map((pair) => pair.off)), median(list.map((pair) => pair.on))];
    const ratios = list.map((pair) => (pair.on / pair.off - 1) * 100).sort((a, b) => a - b);
    const spread = `${ratios[ratios.length >> 2]?.toFixed(1)} to ${ratios[(3 * ratios.length) >> 2]?.toFixed(1)}`;
    console.log(
      `  ${name}: off ${off.toFixed(0)}, on ${on.toFixed(0)}; +${median(ratios).toFixed(1)} % (quartiles ${spread})`,
    );
  }
}

/** How often the programs of a loader have run, and for how many ns; proc_pid_fdinfo(5). */
function programRuns(loader: number): { readonly runs: number; readonly ns: number } {
  const folder = `/proc/${loader}/fdinfo`;
  const infos = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const sum = (key: string): number =>
    infos.reduce((total, info) => total + Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(info)?.[1] ?? 0), 0);
  return { runs: sum('run_cnt'), ns: sum('run_time_ns') };
}

/** What the kernel itself measures of the programs; it says little of what they slow down, but is hardly disturbed by others. */
async function programs(): Promise<void> {
  const switchFile = '/proc/sys/kernel/bpf_stats_enabled';
  const before = readFileSync(switchFile);
  writeFileSync(switchFile, '1');
  try {
    for (const { name, kind, count, filter } of measures) {
      await watched(filter, async (loader) => {
        const from = programRuns(loader);
        const { ns } = await run(kind, 5 * count);
        const to = programRuns(loader);
        const per = (key: 'runs' | 'ns', digits: number): string => ((to[key] - from[key]) / 5 / count).toFixed(digits);
        console.log(
          `${name}: programs run ${per('runs', 1)} times, ${per('ns', 0)} ns; CPU ns in all ${ns.toFixed(0)}`,
        );
      });
    }
  } finally {
    writeFileSync(switchFile, before);
  }
}

const parts: Readonly<Record<string, () => Promise<void>>> = { floods, decoding, latency, overhead, programs };
try {
  for (const part of values.only.split(',')) {
    const measure = parts[part];
    if (!measure) throw new Error(`--only ${part}: one of ${Object.keys(parts).join(', ')}`);
    await measure();
  }
} finally {
  for (const group of groups) if (existsSync(group)) rmdirSync(group);
}
