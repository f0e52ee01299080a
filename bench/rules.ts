// Times rules over events, on one core: audit events from bytes, and decoded node events.
//
//   scripts/node bench/rules.ts [--runs 7] [--seed 1]
//
// Falco publishes 250,000 syscalls/s on one CPU (falco.org/blog/falco-performance-testing), without saying how many of them
// reach its rules. CPU time counts, not the clock: other work on the machine then changes little.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { loadRules } from '../detections/engine/load.ts';
import { packFiles } from '../detections/rules/pack.ts';
import { readEvents } from '../gateway/cli/detect/events.ts';
import { random } from '../test/property/random.ts';
import { auditLines, nodeEvents } from './rules-events.ts';
import { auditRules, nodeRules } from './rules-files.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '7' }, seed: { type: 'string', default: '1' } },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const chunkBytes = 1 << 18;
const auditCount = 20_000;
const nodeCount = 50_000;
const nodeRounds = 4;

/** Events a second of CPU time, over repeated runs. */
async function time(what: string, events: number, run: () => Promise<number> | number): Promise<void> {
  const rates: number[] = [];
  let matching = await run(); // compiles
  for (let round = 0; round < runs; round++) {
    const before = process.cpuUsage();
    matching = await run();
    const { user, system } = process.cpuUsage(before);
    rates.push(events / ((user + system) / 1e6));
  }
  rates.sort((a, b) => a - b);
  const show = (rate: number | undefined): string => Math.round(rate ?? 0).toLocaleString('en');
  console.log(
    `${what}: events/s median ${show(rates[runs >> 1])}, least ${show(rates[0])}, most ${show(rates.at(-1))}; ${((100 * matching) / events).toFixed(2)} % match`,
  );
}

const audit = loadRules([...packFiles(), { name: 'audit.yaml', text: auditRules(random(seed)) }]);
const pack = packFiles();
const ours = loadRules(pack).engines.syscall.rules.length;
const node = loadRules([...pack, { name: 'node.yaml', text: nodeRules(150 - ours, random(seed)) }]);
assert.deepEqual([...audit.problems, ...node.problems], []);

const bytes = auditLines(auditCount, random(seed));
const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
  bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
);
async function* chunked(): AsyncGenerator<Buffer> {
  yield* chunks;
}

console.log(`Node ${process.version}, ${runs} runs, seed ${seed}`);
await time(
  `audit events of ${Math.round(bytes.length / auditCount)} bytes, ${audit.engines.k8s_audit.rules.length} rules`,
  auditCount,
  async () => {
    let matching = 0;
    for await (const read of readEvents(chunked(), 'bench', null)) {
      assert.equal(read.kind, 'k8s_audit');
      if (read.kind === 'k8s_audit' && audit.engines.k8s_audit.alerts(read.event).length > 0) matching++;
    }
    return matching;
  },
);

const events = nodeEvents(nodeCount, random(seed));
const fields = Math.round(events.reduce((sum, event) => sum + Object.keys(event).length, 0) / nodeCount);
await time(
  `node events of ${fields} fields, ${node.engines.syscall.rules.length} rules`,
  nodeCount * nodeRounds,
  () => {
    let matching = 0;
    for (let round = 0; round < nodeRounds; round++) {
      for (const event of events) if (node.engines.syscall.alerts(event).length > 0) matching++;
    }
    return matching;
  },
);
