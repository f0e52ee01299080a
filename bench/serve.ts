/**
 * Serving "a node, its 20 pods, their service account, containers, images, vulnerability count" (81 objects) beside
 * @neo4j/graphql over Apollo Server, on the same Neo4j and the same graph. The node is drawn at random for each request,
 * and a writer commits ten deltas a second meanwhile. Servers, client and writer are processes of their own. The gateway is
 * measured without a cache across requests, and apart with one of so many MB, filled before.
 *
 *   scripts/node bench/serve.ts [--rounds 5] [--warm 3] [--seconds 6] [--connections 10] [--store bolt://USER:PASSWORD@HOST:PORT] [--cache 128] [--sqlite]
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import neo4j from 'neo4j-driver';
import { wholeTenant } from '../graph/model/scope.ts';
import { openStore } from '../graph/store/open.ts';
import { startNeo4j } from '../test/testbed/neo4j.ts';
import { cpuMsOf } from './cpu.ts';
import { installPeers } from './peers/install.ts';
import { deltas, fleet, kubeNode, pod } from './serve/data.ts';
import { byHand, fromOurs, fromTheirs, ours, theirs } from './serve/documents.ts';
import type { Order, Outcome } from './serve/load.ts';
import { flagsOn, reply, type Server, startServer } from './serve/server.ts';
import { startWriter } from './serve/writer.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    // Not measured. A new JVM compiles what it runs for half a minute of its time.
    warm: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    connections: { type: 'string', default: '10' },
    store: { type: 'string' },
    cache: { type: 'string', default: '128' },
    sqlite: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const ms = Number(values.seconds) * 1_000;
const connections = Number(values.connections);
const tenant = 'measured';
const ids = Array.from({ length: fleet.nodes }, (_, number) => kubeNode(number).id);

const cacheBytes = Number(values.cache) * 1e6;

await using closing = new AsyncDisposableStack();

const client = fork(join(import.meta.dirname, 'serve/load.ts'));
closing.defer(() => void client.kill('SIGKILL'));

/** The processes whose CPU is measured, by name. */
const watched = new Map([
  ['client', client.pid as number],
  ['writer', process.pid],
]);

async function neo4jAddress(): Promise<string> {
  if (values.store !== undefined) return values.store;
  const server = await startNeo4j();
  closing.defer(server.stop);
  watched.set('Neo4j', server.process().pid);
  return server.uri.replace('//', `//${server.auth.user}:${server.auth.password}@`);
}

/** Opens the store and fills it, unless an earlier run has. */
async function filled(address: string) {
  const opened = await openStore(address, { user: null, password: null });
  closing.defer(() => opened.close());
  const { store, records } = opened;
  const lease = await records.acquireLease({ tenant, cluster: fleet.cluster }, `bench ${process.pid}`, 3_600_000);
  if (lease === null) throw new Error('another run writes to this store: wait for its end');
  closing.defer(() => records.releaseLease(lease));
  let version = (await store.version(tenant))[fleet.cluster] ?? 0;
  const last = pod(fleet.nodes * fleet.podsPerNode - 1).id;
  const [found] = await store.nodes(wholeTenant(tenant), [last]);
  if (found === null) for (const delta of deltas()) version = await store.apply(lease, version, delta);
  return { store, lease };
}

/** Our gateway on a store, keeping so many bytes for later requests. */
async function startGateway(address: string, cacheBytes: number): Promise<Server> {
  const args = [address, tenant, String(cacheBytes)];
  const server = await startServer(join(import.meta.dirname, 'serve/gateway.ts'), args, flagsOn(address));
  closing.defer(server.stop);
  return server;
}

/** What some requests took, of each process that is watched, in milliseconds of CPU a request. */
async function cpuOf<T extends { readonly requests: number }>(work: () => Promise<T>) {
  const used = () => new Map(Array.from(watched, ([name, pid]) => [name, cpuMsOf(pid)]));
  const before = used();
  const done = await work();
  const cpu = Array.from(used(), ([name, ms]) => [name, (ms - (before.get(name) ?? 0)) / done.requests] as const);
  return { ...done, cpu: Object.fromEntries(cpu) as Readonly<Record<string, number>> };
}

/** Asks for every node once, so that what is kept is. */
async function fillCache(gateway: Server): Promise<void> {
  for (const id of ids) await gateway.query(ours, { id });
}

async function round(server: Server, query: string) {
  const before = await server.usage();
  const { requests, took, latencies, cpu } = await cpuOf(async () => {
    client.send({ url: server.url, query, ids, connections, ms } satisfies Order);
    const { ms: took, ...outcome } = (await reply(client)) as Outcome;
    return { ...outcome, took };
  });
  const after = await server.usage();
  return {
    perSecond: (requests * 1_000) / took,
    p50: latencies[Math.floor(requests * 0.5)] ?? 0,
    p99: latencies[Math.floor(requests * 0.99)] ?? 0,
    statements: (after.statements - before.statements) / requests,
    cpu: { server: (after.cpuMs - before.cpuMs) / requests, ...cpu },
  };
}
type Round = Awaited<ReturnType<typeof round>>;

const spread = (numbers: readonly number[], digits = 0): string => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? 0).toFixed(digits);
  return `median ${at(0.5)} (min ${at(0)}, max ${at(1)})`;
};

function report(name: string, rounds: readonly Round[]): void {
  const of = (key: 'perSecond' | 'p50' | 'p99' | 'statements', digits: number) =>
    spread(
      rounds.map((round) => round[key]),
      digits,
    );
  console.log(`${name}: ${of('perSecond', 0)} req/s`);
  console.log(`  p50 ${of('p50', 1)} ms, p99 ${of('p99', 1)} ms, statements a request ${of('statements', 2)}`);
  reportCpu(rounds);
}

function reportCpu(rounds: readonly { readonly cpu: Readonly<Record<string, number>> }[]): void {
  const medians = Object.keys(rounds[0]?.cpu ?? {}).map((name) => {
    const used = rounds.map(({ cpu }) => cpu[name] as number).sort((a, b) => a - b);
    return `${name} ${used[used.length >> 1]?.toFixed(2)}`;
  });
  console.log(`  median CPU a request, ms: ${medians.join(', ')}`);
}

if (values.sqlite) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-serve-'));
  closing.defer(() => rm(folder, { recursive: true }));
  const path = join(folder, 'portolan.db');
  const { store, lease } = await filled(path);
  const gateway = await startGateway(path, 0);
  const caching = await startGateway(path, cacheBytes);
  const stopWriter = startWriter(store, lease);
  closing.defer(stopWriter);
  const all: Round[] = [];
  const cached: Round[] = [];
  await round(gateway, ours);
  await fillCache(caching);
  for (let i = 0; i < rounds; i++) {
    all.push(await round(gateway, ours));
    cached.push(await round(caching, ours));
  }
  report('Portolan on SQLite', all);
  report(`with a cache of ${values.cache} MB`, cached);
} else {
  const address = await neo4jAddress();
  const { store, lease } = await filled(address);
  const { username, password, host } = new URL(address);
  const access = { uri: `bolt://${host}`, user: username, password };
  const driver = neo4j.driver(access.uri, neo4j.auth.basic(username, password), { disableLosslessIntegers: true });
  closing.defer(() => driver.close());
  // The peer finds a node by its label and id, and has no tenant: without an index of its own it would look at all nodes.
  await driver.executeQuery('CREATE INDEX bench_peer IF NOT EXISTS FOR (n:Node) ON (n.id)');
  await driver.executeQuery('CALL db.awaitIndexes(60)');

  const here = import.meta.dirname;
  const gateway = await startGateway(address, 0);
  const caching = await startGateway(address, cacheBytes);
  const peer = await startServer(join(here, 'peers/neo4j-graphql.ts'), [installPeers(), JSON.stringify(access)], []);
  closing.defer(peer.stop);
  for (const id of ids.filter((_, i) => i % 50 === 0)) {
    const answers = await Promise.all([gateway.query(ours, { id }), peer.query(theirs, { id })]);
    assert.deepEqual(fromOurs(answers[0]), fromTheirs(answers[1]), 'both servers give the same answer');
    for (const _ of ['read', 'kept']) assert.deepEqual(await caching.query(ours, { id }), answers[0]);
  }
  console.log(`same answers to ${ids.length / 50} requests; ${connections} connections, rounds of ${values.seconds} s`);

  const stopWriter = startWriter(store, lease);
  closing.defer(stopWriter);
  const roundByHand = () =>
    cpuOf(async () => {
      let requests = 0;
      const started = performance.now();
      const ask = async (): Promise<void> => {
        while (performance.now() - started < ms) {
          const id = ids[Math.floor(Math.random() * ids.length)];
          await driver.executeQuery(byHand, { id }, { routing: 'READ' });
          requests++;
        }
      };
      await Promise.all(Array.from({ length: connections }, ask));
      return { requests, perSecond: (requests * 1_000) / (performance.now() - started) };
    });
  await fillCache(caching);
  const mine: Round[] = [];
  const others: Round[] = [];
  const floor: Awaited<ReturnType<typeof roundByHand>>[] = [];
  const cached: Round[] = [];
  for (let i = -Number(values.warm); i < rounds; i++) {
    const [own, other, hand, kept] = [
      await round(gateway, ours),
      await round(peer, theirs),
      await roundByHand(),
      await round(caching, ours),
    ] as const;
    if (i < 0) continue;
    mine.push(own);
    others.push(other);
    floor.push(hand);
    cached.push(kept);
  }
  report('Portolan', mine);
  report('@neo4j/graphql', others);
  console.log(
    `one statement by hand, by the driver in the writer's process: ${spread(floor.map((round) => round.perSecond))} a second`,
  );
  reportCpu(floor);
  const ratio = (rounds: readonly Round[]): string =>
    spread(
      rounds.map(({ perSecond }, i) => perSecond / (others[i] as Round).perSecond),
      2,
    );
  console.log(`Portolan / @neo4j/graphql, without a cache across requests: ${ratio(mine)}`);
  report(`Portolan with a cache of ${values.cache} MB`, cached);
  console.log(`with a cache / @neo4j/graphql: ${ratio(cached)}`);
}
