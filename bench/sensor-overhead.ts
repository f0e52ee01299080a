// Measures what the node sensor costs the programs that it watches: the full set of programs attached, against none.
//
//   sudo scripts/node bench/sensor-overhead.ts [--quads 20] [--only open,getppid,spawn,connect]
//
// The load runs on one CPU; its CPU time counts, with that of its children. A quad is four short periods, off, on, on, off, and
// every other one on, off, off, on, so that what drifts over seconds cancels. In a period each load runs chunks of some 5 ms,
// all loads in turns. Neighbours on the machine, who share its cores and caches, only ever add to a chunk, by up to as much again;
// so what counts is the lowest fiftieth of the chunks: the ratio of what it is on and off, with a 95 % confidence interval from
// drawing the quads again and again (bootstrap; the seed is fixed). Beside it stands the median of all chunks.
//
// The kernel's own count of the programs (bpf_stats) is taken apart, as counting costs: of those programs that run with each
// operation, and no others, as other processes make their own run too.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { defaultFilter, type Filter, orders } from '../sensor/loader/orders.ts';
import { runLoader } from '../sensor/loader/run-loader.ts';
import { random } from '../test/property/random.ts';
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
      { name: 'open and close, filtered', kind: 'open', count: 4_000 },
      { name: 'getppid', kind: 'getppid', count: 30_000 },
      { name: 'spawn and wait', kind: 'spawn', count: 8 },
      { name: 'socket, connect and close, delivered', kind: 'connect', count: 500 },
    ],
  },
  { filter: nobody, measures: [{ name: 'socket, connect and close, filtered', kind: 'connect', count: 500 }] },
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

/** All chunks of each measure. */
async function period(measures: readonly Measure[]): Promise<readonly (readonly number[])[]> {
  const all = measures.map((): number[] => []);
  for (let turn = 0; turn < 3; turn++)
    for (const [index, measure] of measures.entries()) all[index]?.push(...(await chunks(measure, 15)));
  return all;
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

/** The number that a share of them is below. */
function quantile(list: readonly number[], share: number): number {
  return [...list].sort((a, b) => a - b)[Math.floor(share * (list.length - 1))] ?? Number.NaN;
}

/** Chunks of a quad, in CPU ns an operation. */
interface Quad {
  readonly off: readonly number[];
  readonly on: readonly number[];
}

/** What the programs add, in percent of what it takes without them. */
function added(list: readonly Quad[], share: number): number {
  const [off, on] = [
    quantile(
      list.flatMap((quad) => quad.off),
      share,
    ),
    quantile(
      list.flatMap((quad) => quad.on),
      share,
    ),
  ];
  return (on / off - 1) * 100;
}

const lowest = 0.02;

function report(name: string, list: readonly Quad[]): void {
  const { pick } = random(1);
  const draw = (): readonly Quad[] => list.map(() => pick(list));
  const drawn = Array.from({ length: 1000 }, () => added(draw(), lowest));
  const interval = [0.025, 0.975].map((share) => quantile(drawn, share).toFixed(1)).join(' to ');
  const off = quantile(
    list.flatMap((quad) => quad.off),
    lowest,
  ).toFixed(0);
  const on = quantile(
    list.flatMap((quad) => quad.on),
    lowest,
  ).toFixed(0);
  const each = list.map((quad) => added([quad], lowest));
  const quartiles = [0.25, 0.75].map((share) => quantile(each, share).toFixed(1)).join(' to ');
  console.log(
    `${name}: ${added(list, lowest).toFixed(1)} % (95 %: ${interval}); CPU ns off ${off}, on ${on}; ` +
      `single quads: quartiles ${quartiles}; median of all chunks ${added(list, 0.5).toFixed(1)} %; ${list.length} quads`,
  );
}

async function overhead(filter: Filter, measures: readonly Measure[]): Promise<void> {
  const found = measures.map((): Quad[] => []);
  for (let quad = 0; quad < quads; quad++) {
    const off = measures.map((): number[] => []);
    const on = measures.map((): number[] => []);
    for (const second of [false, true, true, false]) {
      const isOn = second === (quad % 2 === 0);
      const all = isOn ? await watched(filter, () => period(measures)) : await period(measures);
      for (const [index, list] of all.entries()) (isOn ? on : off)[index]?.push(...list);
    }
    for (const [index, list] of found.entries()) list.push({ off: off[index] ?? [], on: on[index] ?? [] });
  }
  for (const [index, { name }] of measures.entries()) report(name, found[index] ?? []);
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
        const times = 15;
        const operations = 10 * measure.count;
        const each: (readonly [per: number, ns: number])[] = [];
        for (let time = 0; time < times; time++) {
          const from = programRuns(loader);
          await chunks(measure, 10);
          const run = [...programRuns(loader)]
            .map(
              ([id, { runs, ns }]): Runs => ({
                runs: runs - (from.get(id)?.runs ?? 0),
                ns: ns - (from.get(id)?.ns ?? 0),
              }),
            )
            .filter(({ runs }) => runs > 0.9 * operations);
          each.push([
            run.reduce((sum, { runs }) => sum + runs, 0) / operations,
            run.reduce((sum, { ns }) => sum + ns, 0) / operations,
          ]);
        }
        const nanoseconds = each.map(([, ns]) => ns);
        const [least, first, median, third] = [0, 0.25, 0.5, 0.75].map((share) =>
          quantile(nanoseconds, share).toFixed(0),
        );
        const runs = quantile(
          each.map(([per]) => per),
          0.5,
        );
        console.log(
          `${measure.name}: programs run ${runs.toFixed(1)} times an operation, ${median} ns ` +
            `(quartiles ${first} to ${third}; least ${least})`,
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
