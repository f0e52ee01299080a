// Measures what the node sensor costs the programs that it watches: the full set of programs attached, against none.
//
//   sudo scripts/node bench/sensor-overhead.ts [--quads 20] [--only open,getppid,spawn,connect]
//
// The load runs on one CPU; its CPU time counts, with that of its children. A quad is four short periods, off, on, on, off, and
// every other one on, off, off, on, so that what drifts over seconds cancels. In a period each load runs some chunks of about
// 20 ms, all loads in turns, and the least of them is the period's figure: neighbours on the machine only ever add to it. A
// quad gives a ratio of the two sums; printed are their median with its 95 % confidence interval (by order statistics, which
// suppose no distribution), and their quartiles. The kernel's own count of the programs (bpf_stats) is taken apart, as counting
// costs: of those programs that run with each operation, and no others, as other processes make their own run too.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { defaultFilter, type Filter, orders } from '../sensor/loader/orders.ts';
import { runLoader } from '../sensor/loader/run-loader.ts';
import { compileActor, sensorBuild, workFolder } from '../test/sensor/harness.ts';

const { values } = parseArgs({
  options: {
    quads: { type: 'string', default: '20' },
    only: { type: 'string', default: 'open,getppid,spawn,connect' },
  },
});
const quads = Number(values.quads);
const kinds = values.only.split(',');
const load = await compileActor(workFolder(), 'load');
const build = await sensorBuild();
const nobody: Filter = { ...defaultFilter, cgroups: { only: true, ids: [1n] } };
const sets = [
  {
    filter: defaultFilter,
    measures: [
      { name: 'open and close, filtered', kind: 'open', count: 20_000 },
      { name: 'getppid', kind: 'getppid', count: 150_000 },
      { name: 'spawn and wait', kind: 'spawn', count: 25 },
      { name: 'socket, connect and close, delivered', kind: 'connect', count: 2_500 },
    ],
  },
  { filter: nobody, measures: [{ name: 'socket, connect and close, filtered', kind: 'connect', count: 2_500 }] },
].map(({ filter, measures }) => ({ filter, measures: measures.filter(({ kind }) => kinds.includes(kind)) }));

type Measure = (typeof sets)[number]['measures'][number];

/** CPU ns an operation, of some chunks one after the other. */
async function chunks({ kind, count }: Measure, times: number): Promise<readonly number[]> {
  const run = [load, kind, String(count), '0', String(times)];
  const { stdout } = await promisify(execFile)('taskset', ['-c', '1', ...run]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[0]));
}

/** The least of each measure. */
async function period(measures: readonly Measure[]): Promise<readonly number[]> {
  const least = measures.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < 2; turn++)
    for (const [index, measure] of measures.entries())
      least[index] = Math.min(least[index] as number, ...(await chunks(measure, 4)));
  return least;
}

/** The full set of programs with a filter, and nothing but the loader to read them. */
async function watched<Result>(filter: Filter, during: (loader: number) => Promise<Result>): Promise<Result> {
  const loader = runLoader(build, orders(filter, 16 << 20, process.pid));
  const output = loader.output[Symbol.asyncIterator]();
  await output.next(); // HELLO: everything is attached
  const drained = (async () => {
    while (!(await output.next()).done);
  })();
  const result = await during(loader.pid);
  loader.stop();
  await drained;
  await loader.ended();
  return result;
}

const sorted = (list: readonly number[]): readonly number[] => [...list].sort((a, b) => a - b);
const at = (list: readonly number[], place: number): number =>
  list[Math.min(Math.max(Math.round(place), 0), list.length - 1)] as number;

/** Median, the interval that has the true one in 95 of 100 cases, and quartiles. */
function summary(list: readonly number[]) {
  const all = sorted(list);
  const [middle, half] = [(all.length - 1) / 2, 0.98 * Math.sqrt(all.length)];
  return {
    median: (at(all, Math.floor(middle)) + at(all, Math.ceil(middle))) / 2,
    interval: [at(all, Math.floor(middle - half)), at(all, Math.ceil(middle + half))] as const,
    quartiles: [at(all, (all.length - 1) / 4), at(all, (3 * (all.length - 1)) / 4)] as const,
  };
}

async function overhead(filter: Filter, measures: readonly Measure[]): Promise<void> {
  const found = measures.map((): { readonly off: number; readonly on: number }[] => []);
  for (let quad = 0; quad < quads; quad++) {
    const off = measures.map(() => 0);
    const on = measures.map(() => 0);
    for (const [place, attached] of [false, true, true, false].entries()) {
      const isOn = attached === (quad % 2 === 0);
      const least = isOn ? await watched(filter, () => period(measures)) : await period(measures);
      const sums = isOn ? on : off;
      for (const [index, ns] of least.entries()) sums[index] = (sums[index] as number) + ns / 2;
      if (place === 3)
        for (const [index, list] of found.entries()) list.push({ off: off[index] ?? 0, on: on[index] ?? 0 });
    }
  }
  const percent = (pair: readonly [number, number]): string => pair.map((value) => value.toFixed(1)).join(' to ');
  for (const [index, { name }] of measures.entries()) {
    const list = found[index] ?? [];
    const { median, interval, quartiles } = summary(list.map((pair) => (pair.on / pair.off - 1) * 100));
    const [off, on] = [summary(list.map((pair) => pair.off)).median, summary(list.map((pair) => pair.on)).median];
    console.log(
      `${name}: +${median.toFixed(1)} % (95 %: ${percent(interval)}; quartiles ${percent(quartiles)}); ` +
        `CPU ns off ${off.toFixed(0)}, on ${on.toFixed(0)}; ${list.length} quads`,
    );
  }
}

interface Runs {
  readonly runs: number;
  readonly ns: number;
}

/** How often each program of a loader has run, and for how many ns, by its id; proc_pid_fdinfo(5). */
function programRuns(loader: number): ReadonlyMap<string, Runs> {
  const folder = `/proc/${loader}/fdinfo`;
  const infos = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const value = (info: string, key: string): string | undefined =>
    new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(info)?.[1];
  return new Map(
    infos.flatMap((info) => {
      const [id, runs] = [value(info, 'prog_id'), value(info, 'run_cnt')]; // a link has the id only
      return id === undefined || runs === undefined
        ? []
        : [[id, { runs: Number(runs), ns: Number(value(info, 'run_time_ns')) }] as const];
    }),
  );
}

/** What the kernel itself measures of the programs that run with every operation. */
async function programs(filter: Filter, measures: readonly Measure[]): Promise<void> {
  const switchFile = '/proc/sys/kernel/bpf_stats_enabled';
  const before = readFileSync(switchFile);
  writeFileSync(switchFile, '1');
  try {
    await watched(filter, async (loader) => {
      for (const measure of measures) {
        const times = 9;
        const each: (readonly [per: number, ns: number])[] = [];
        for (let time = 0; time < times; time++) {
          const from = programRuns(loader);
          await chunks(measure, 1);
          const run = [...programRuns(loader)]
            .map(
              ([id, { runs, ns }]): Runs => ({
                runs: runs - (from.get(id)?.runs ?? 0),
                ns: ns - (from.get(id)?.ns ?? 0),
              }),
            )
            .filter(({ runs }) => runs > 0.9 * measure.count);
          each.push([
            run.reduce((sum, { runs }) => sum + runs, 0) / measure.count,
            run.reduce((sum, { ns }) => sum + ns, 0) / measure.count,
          ]);
        }
        const { median, quartiles } = summary(each.map(([, ns]) => ns));
        const least = Math.min(...each.map(([, ns]) => ns));
        const runs = summary(each.map(([per]) => per)).median;
        console.log(
          `${measure.name}: programs run ${runs.toFixed(1)} times an operation, ${median.toFixed(0)} ns ` +
            `(quartiles ${quartiles.map((ns) => ns.toFixed(0)).join(' to ')}; least ${least.toFixed(0)})`,
        );
      }
    });
  } finally {
    writeFileSync(switchFile, before);
  }
}

const loaded = (): string =>
  `load ${loadavg()
    .map((number) => number.toFixed(1))
    .join(' ')}`;
console.log(loaded());
for (const { filter, measures } of sets) if (measures.length > 0 && quads > 0) await overhead(filter, measures);
for (const { filter, measures } of sets) if (measures.length > 0) await programs(filter, measures);
console.log(loaded());
