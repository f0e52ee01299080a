// Measures the node sensor: what it loses under a flood, what decoding costs, what it costs the programs it watches.
//
//   sudo scripts/node bench/sensor.ts [--seconds 60] [--rounds 7]
//
// Floods run under the limits of the specification (0.36 CPU, 296 MiB) where the machine has cgroup v1's cpu and memory
// controllers. Overhead is CPU time of the watched program, with and without the sensor in turns; the median counts.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { compileActor, startSensor, workFolder } from '../test/sensor/harness.ts';
import type { ReaderReport } from './sensor-reader.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, rounds: { type: 'string', default: '7' } },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const mebibyte = 1 << 20;
const cpuLimit = 0.36;
const memoryLimitMiB = 296;
const load = await compileActor(workFolder(), 'load');

/** CPU ns an operation, and operations a second. */
async function run(
  kind: string,
  count: number,
  rate = 0,
): Promise<{ readonly ns: number; readonly perSecond: number }> {
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

/** Runs the reader around `during`. */
async function read(
  ringBytes: number,
  opens: 'every' | 'default',
  within: boolean,
  during: () => Promise<unknown>,
): Promise<ReaderReport> {
  const enter = within ? groups.map((group) => `echo $$ > ${group}/cgroup.procs && `).join('') : '';
  const script = join(import.meta.dirname, 'sensor-reader.ts');
  const child: ChildProcess = spawn(
    'sh',
    ['-c', `${enter}exec "$@"`, 'sh', process.execPath, script, String(ringBytes), opens],
    { stdio: ['ignore', 'pipe', 'inherit'] },
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

function show(name: string, report: ReaderReport, extra = ''): void {
  const { made, sent, lost, filtered, limited: held, decoded, cpuMs, rssMiB } = report;
  const out = Object.values(decoded).reduce((sum, count) => sum + count, 0);
  const cpu = (cpuMs.node + cpuMs.loader) / (out / 100_000);
  console.log(`${name}${extra}`);
  console.log(
    `  made ${made} = sent ${sent} + lost ${lost} + filtered ${filtered} + limited ${held}: ${made === sent + lost + filtered + held}`,
  );
  console.log(
    `  decoded ${out} (sent - decoded: ${sent - out}); CPU ${cpu.toFixed(1)} ms per 100,000 (node ${(cpuMs.node / (out / 1e5)).toFixed(1)}, loader ${(cpuMs.loader / (out / 1e5)).toFixed(1)})`,
  );
  console.log(`  resident: node ${rssMiB.node.toFixed(0)} MiB, loader ${rssMiB.loader.toFixed(0)} MiB`);
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

async function overhead(): Promise<void> {
  const kinds = { open: 300_000, getppid: 2_000_000, spawn: 500, connect: 50_000 } as const;
  const off: Record<string, number[]> = {};
  const on: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [kind, count] of Object.entries(kinds)) {
      off[kind] = [...(off[kind] ?? []), (await run(kind, count)).ns];
    }
    const sensor = await startSensor();
    for (const [kind, count] of Object.entries(kinds)) {
      on[kind] = [...(on[kind] ?? []), (await run(kind, count)).ns];
    }
    await sensor.stop();
  }
  console.log('overhead of the full set with default filters, CPU ns an operation, median (min to max)');
  for (const kind of Object.keys(kinds)) {
    const [before = [], after = []] = [off[kind], on[kind]];
    const range = (list: readonly number[]): string =>
      `${median(list).toFixed(0)} (${Math.min(...list).toFixed(0)} to ${Math.max(...list).toFixed(0)})`;
    const share = ((median(after) / median(before) - 1) * 100).toFixed(1);
    console.log(`  ${kind}: off ${range(before)}, on ${range(after)}: +${share} %`);
  }
}

try {
  const where = limited ? ` under ${cpuLimit} CPU and ${memoryLimitMiB} MiB` : ' without limits: no cgroup v1';
  let speed = 0;
  show(
    'a million opens at full speed, ring 8 MiB',
    await read(8 * mebibyte, 'every', limited, async () => {
      speed = (await run('open', 1_000_000)).perSecond;
    }),
    where,
  );
  console.log(`  ${speed.toFixed(0)} a second`);
  show(
    '300,000 opens/s',
    await read(8 * mebibyte, 'every', limited, async () => {
      speed = (await run('open', 300_000 * seconds, 300_000)).perSecond;
    }),
    ` for ${seconds} s${where}`,
  );
  console.log(`  ${speed.toFixed(0)} a second`);
  show('500,000 opens, ring 256 KiB', await read(256 * 1024, 'every', limited, () => run('open', 500_000)), where);
  show('300,000 connects', await read(8 * mebibyte, 'default', false, () => run('connect', 300_000)));
  show('5,000 processes', await read(8 * mebibyte, 'default', false, () => run('spawn', 5_000)));
  await overhead();
} finally {
  for (const group of groups) if (existsSync(group)) rmdirSync(group);
}
