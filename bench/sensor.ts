// Measures the node sensor: what it loses under a flood, what decoding costs, and how late a line is. What it costs the programs
// that it watches is measured by sensor-overhead.ts.
//
//   sudo scripts/node bench/sensor.ts [--seconds 60] [--only floods,decoding,latency]
//
// Floods run under the limits of the specification (0.36 CPU, 296 MiB) where the machine has cgroup v1's cpu and memory
// controllers, after 4 s at 50,000 a second. All costs are CPU time, which other load on the machine lengthens less than it does
// the clock.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { compileActor, workFolder } from '../test/sensor/harness.ts';
import type { ReaderReport } from './sensor-reader.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    only: { type: 'string', default: 'floods,decoding,latency' },
  },
});
const seconds = Number(values.seconds);
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

const parts: Readonly<Record<string, () => Promise<void>>> = { floods, decoding, latency };
try {
  for (const part of values.only.split(',')) {
    const measure = parts[part];
    if (!measure) throw new Error(`--only ${part}: one of ${Object.keys(parts).join(', ')}`);
    await measure();
  }
} finally {
  for (const group of groups) if (existsSync(group)) rmdirSync(group);
}
