/**
 * How long a change takes from the API server's answer until attackPaths shows it: a pod is made, 10 times a second,
 * in a cluster of thousands, and the product is asked by GraphQL until the path from that pod to its node is there.
 *
 *   scripts/node bench/freshness.ts [--pods 10000] [--nodes 1000] [--store sqlite|neo4j] [--changes 300] [--rate 10]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startKubernetes } from '../test/testbed/kubernetes.ts';
import { populate } from './populate.ts';
import { startProduct } from './product.ts';
import { startStore } from './stores.ts';

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '10000' },
    nodes: { type: 'string', default: '1000' },
    store: { type: 'string', default: 'sqlite' },
    changes: { type: 'string', default: '300' },
    rate: { type: 'string', default: '10' },
  },
});
const size = { pods: Number(values.pods), nodes: Number(values.nodes) };
const changes = Number(values.changes);
const everyMs = 1000 / Number(values.rate);
const longestMs = 10_000;

const document = `query Fresh($name: String!) {
  attackPaths(from: { kind: POD, filter: { name: { in: [$name] } } }, to: { kind: KUBE_NODE }, first: 1) { paths { cost } }
}`;

const store = await startStore(values.store);
const kubernetes = await startKubernetes();
try {
  await populate(kubernetes, size);
  const product = await startProduct(['--kubeconfig', kubernetes.kubeconfig], store);
  try {
    const delays: number[] = [];
    let queries = 0;
    const change = async (index: number): Promise<void> => {
      const name = `fresh-${index}`;
      const { status, body } = await kubernetes.request('POST', '/api/v1/namespaces/team-1/pods', {
        metadata: { name },
        spec: {
          nodeName: `node-${index % size.nodes}`,
          containers: [{ name: 'main', image: 'example.com/fresh', securityContext: { privileged: true } }],
        },
      });
      const answered = performance.now();
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      while (performance.now() - answered < longestMs) {
        queries++;
        const asked = await product.query<{ attackPaths: { paths: unknown[] } }>(document, { name });
        if (asked.attackPaths.paths.length > 0) {
          delays.push(performance.now() - answered);
          return;
        }
        await sleep(5);
      }
      delays.push(Number.POSITIVE_INFINITY);
    };
    for (let index = 0; index < 20; index++) await change(index); // the first ones warm everything up
    delays.length = 0;
    queries = 0;
    const running: Promise<void>[] = [];
    const started = performance.now();
    for (let index = 0; index < changes; index++) {
      await sleep(Math.max(0, started + index * everyMs - performance.now()));
      running.push(change(1000 + index));
    }
    await Promise.all(running);
    delays.sort((a, b) => a - b);
    const quantile = (share: number): string =>
      `${(delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? 0).toFixed(0)} ms`;
    console.log(
      `real API server, ${size.pods} pods, ${size.nodes} nodes, ${store.name}, ${changes} changes at ${values.rate}/s, ${queries} queries asked meanwhile`,
    );
    console.log(
      `from the API server's answer until attackPaths shows it: min ${quantile(0)}, p50 ${quantile(0.5)}, p95 ${quantile(0.95)}, p99 ${quantile(0.99)}, max ${quantile(1)} (goal: p99 under 250 ms)`,
    );
    const { now, peak } = await product.memory();
    console.log(
      `resident after that ${now.toFixed(0)} MB, peak since the start ${peak.toFixed(0)} MB (goal: under 700 MB)`,
    );
  } finally {
    await product.stop();
  }
} finally {
  await kubernetes.stop();
  await store.stop();
}
