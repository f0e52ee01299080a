/**
 * How long `npm start` takes on the examples, dependencies installed, until it answers its first query.
 *
 *   scripts/node bench/start.ts [--runs 5]
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProduct } from './product.ts';
import { startStore } from './stores.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } });
// Whatever cluster the person at the keyboard has is not for benchmarks.
process.env.KUBECONFIG = '';
process.env.XDG_CACHE_HOME ??= join(homedir(), '.cache');
process.env.HOME = '/nonexistent';
const answered: number[] = [];
const charted: number[] = [];
for (let run = 0; run < Number(values.runs); run++) {
  const store = await startStore('sqlite');
  const product = await startProduct([], store, ['npm', 'start', '--']);
  answered.push(product.firstAnswerMs);
  charted.push(product.chartedMs);
  await product.stop();
  await store.stop();
}
const spread = (times: number[]): string => {
  const [least, middle, most] = [0, 0.5, 1].map(
    (share) => times.toSorted((a, b) => a - b)[Math.round(share * (times.length - 1))] ?? 0,
  );
  return `min ${least?.toFixed(0)}, median ${middle?.toFixed(0)}, max ${most?.toFixed(0)} ms`;
};
console.log(`npm start until its first answer: ${spread(answered)} (goal: within 3,000 ms)`);
console.log(`npm start until the examples are charted: ${spread(charted)}`);
