/**
 * What taking in node sensors costs the gateway: nodes that send a batch a second, each with starts of programs and now and then an
 * alert, which is joined with the graph. Gateway and senders in two processes that share the machine, SQLite.
 *
 *   scripts/node bench/ingest-sensor.ts [--nodes 200] [--seconds 10]
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { pino } from 'pino';
import { Agent, request } from 'undici';
import { passwordFileRead } from '../detections/rules/password-file-read.ts';
import { openLearning } from '../gateway/ingest/learnt.ts';
import { openSensorIntake } from '../gateway/ingest/sensor/intake.ts';
import { wholeTenant } from '../graph/model/scope.ts';
import { contentDigest } from '../sensor/publish/batch.ts';
import { chartManifests } from '../test/audit/histories.ts';
import { openHouse, serve } from '../test/gateway/testbed.ts';

const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '200' }, seconds: { type: 'string', default: '10' } },
});
const [nodes, seconds] = [Number(values.nodes), Number(values.seconds)];
const startsABatch = 20;
/** One batch in so many has an alert. */
const batchesAnAlert = 10;

const tokenOf = (node: number): string => `token-of-node-${String(node).padStart(5, '0')}`;
const uidOf = (node: number): string => `00000000-0000-4000-8000-${String(node).padStart(12, '0')}`;

if (process.send) await sensors();
else await gateway();

async function gateway(): Promise<void> {
  await using closing = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  closing.defer(() => rm(folder, { recursive: true }));
  const house = await openHouse(closing);
  const range = Array.from({ length: nodes }, (_, node) => node);
  const manifests = range.map(
    (node) => `
apiVersion: v1
kind: Node
metadata: { name: node-${node} }
---
apiVersion: v1
kind: Pod
metadata: { name: web-${node}, namespace: shop, uid: ${uidOf(node)} }
spec: { nodeName: node-${node}, containers: [{ name: main, image: example.com/web, securityContext: { privileged: true } }] }
`,
  );
  await chartManifests(house, 'prod', manifests.join('---\n'));
  const tokenFile = join(folder, 'tokens.json');
  const tokens = range.map((node) => ({
    token: tokenOf(node),
    clusters: ['prod'],
    node: `node-${node}`,
    ingest: true,
  }));
  await writeFile(tokenFile, JSON.stringify({ tokens }), { mode: 0o600 });
  const logger = pino({ level: 'silent' });
  const served = await serve(closing, house, {
    auth: { tokenFile },
    sensors: openSensorIntake(house, openLearning(house.records, 0), logger),
    logger,
  });
  const child = fork(import.meta.filename, ['--nodes', String(nodes), '--seconds', String(seconds)]);
  const started = process.cpuUsage();
  child.send({ url: served.url });
  const [sent, alerts, delays] = await new Promise<readonly [number, number, readonly number[]]>((resolve) =>
    child.once('message', (message) => resolve(message as [number, number, number[]])),
  );
  const { user, system } = process.cpuUsage(started);
  const { items } = await house.alerts.find(wholeTenant(house.tenant), { page: { first: 1_000 } });
  const counted = items.reduce((sum, { item }) => sum + item.count, 0);
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number): string => `${Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)} ms`;
  const ms = (user + system) / 1_000;
  console.log(
    `${nodes} nodes, ${Math.round(sent / seconds)} batches/s of ${startsABatch} starts, ${alerts} alerts sent, ${counted} counted`,
  );
  console.log(`answered within p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`);
  console.log(
    `CPU of the gateway: ${(ms / sent).toFixed(2)} ms a batch, ${(ms / seconds / 10).toFixed(1)} % of a core`,
  );
}

async function sensors(): Promise<void> {
  const { url } = await new Promise<{ readonly url: string }>((resolve) =>
    process.once('message', (message) => resolve(message as { url: string })),
  );
  const dispatcher = new Agent({ connections: nodes, pipelining: 1 });
  const delays: number[] = [];
  let alerts = 0;
  const until = performance.now() + seconds * 1_000;
  const event = { ...passwordFileRead.fires, 'container.id': '0123456789ab' };

  async function node(number: number): Promise<void> {
    const instance = randomUUID();
    await sleep((1_000 * number) / nodes);
    for (let sequence = 1; performance.now() < until; sequence++) {
      const began = performance.now();
      const own = { ...event, 'k8s.pod.uid': uidOf(number), 'evt.time': new Date().toISOString() };
      const starts = Array.from({ length: startsABatch }, (_, i) => ({
        ...own,
        'evt.type': 'execve',
        'thread.tid': i,
      }));
      const { name: rule, severity, output } = passwordFileRead;
      const raised =
        (number + sequence) % batchesAnAlert === 0
          ? [{ rule, severity, techniques: [], time: own['evt.time'], output, fields: {}, event: own }]
          : [];
      alerts += raised.length;
      const lines = [
        { instance, sequence },
        { class: 'alert', first: 1, count: raised.length, missing: 0 },
        ...raised,
        { class: 'process', first: 1, count: starts.length, missing: 0 },
        ...starts,
      ];
      const body = zstdCompressSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const { statusCode, body: answer } = await request(`${url}/ingest/v1/sensor`, {
        method: 'POST',
        dispatcher,
        headers: {
          authorization: `Bearer ${tokenOf(number)}`,
          'content-type': 'application/vnd.portolan.sensor-batch.v1+ndjson',
          'content-encoding': 'zstd',
          'content-digest': contentDigest(body),
        },
        body,
      });
      const text = await answer.text();
      if (statusCode !== 200) throw new Error(`${statusCode} ${text}`);
      delays.push(performance.now() - began);
      await sleep(Math.max(0, 1_000 - (performance.now() - began)));
    }
  }

  await Promise.all(Array.from({ length: nodes }, (_, number) => node(number)));
  process.send?.([delays.length, alerts, delays]);
  await dispatcher.close();
  process.disconnect();
}
