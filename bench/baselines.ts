// The memory and time of baselines: 100,000 identities, each with 20 features of 5 peer groups' kinds.
//
//   scripts/node --expose-gc bench/baselines.ts

import { Baseline } from '../detections/baselines/watch.ts';
import { random } from '../test/property/random.ts';

const identities = 100_000;
const features = 20;
const from = random(1);
const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('run it with --expose-gc');

const measures = [
  { kind: 'first-seen', feature: [], peers: 'group' },
  { kind: 'burst', of: [], seconds: 3600, least: 8 },
] as const;

function time(measure: (typeof measures)[number]): Baseline {
  const before = process.cpuUsage();
  const baseline = new Baseline(measure, 0);
  for (let feature = 0; feature < features; feature++) {
    for (let identity = 0; identity < identities; identity++) {
      const name = `system:serviceaccount:namespace-${identity % 1000}:account-${identity}`;
      baseline.take(name, `verb resource-${from.integer(500)}`, `namespace-${identity % 1000}`, feature * 400);
    }
  }
  const { user, system } = process.cpuUsage(before);
  const rate = (identities * features) / ((user + system) / 1e6);
  console.log(`${measure.kind}: ${Math.round(rate).toLocaleString('en')} events/s of CPU time`);
  return baseline;
}

const kept: Baseline[] = [];
for (const measure of measures) {
  collect();
  const before = process.memoryUsage().heapUsed;
  kept.push(time(measure));
  collect();
  const megabytes = (process.memoryUsage().heapUsed - before) / 1e6;
  console.log(`${measure.kind}: ${identities} identities of ${features} features in ${megabytes.toFixed(0)} MB`);
}
console.log(
  `${kept.reduce((sum, baseline) => sum + baseline.changes().filter(([kind]) => kind === 'identity').length, 0)} identities kept`,
);
