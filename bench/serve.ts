/**
 * Serving "a node, its 20 pods, their service account, containers, images, vulnerability count" (81 objects) beside
 * @neo4j/graphql over Apollo Server, on the same Neo4j and the same graph. The node is drawn at random for each request,
 * and a writer commits ten deltas a second meanwhile. Servers, client and writer are processes of their own. The gateway is
 * measured without a cache across requests, and apart with the one that `portolan up` has.
 *
 *   scripts/node bench/serve.ts [--rounds 5] [--seconds 6] [--connections 10] [--store bolt://USER:PASSWORD@HOST:PORT] [--sqlite]
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
import { installPeers } from './peers/install.ts';
import { deltas, fleet, kubeNode, pod } from './serve/data.ts';
import { byHand, fromOurs, fromTheirs, ours, theirs } from './serve/documents.ts';
import type { Order, Outcome } from './serve/load.ts';
import { reply, type Server, startServer } from './serve/server.ts';
import { startWriter } from './serve/writer.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    connections: { type: 'string', default: '10' },
    store: { type: 'string' },
    sqlite: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const ms = Number(values.seconds) * 1_000;
const connections = Number(values.connections);
const tenant = 'measured';
const ids = Array.from({ length: fleet.nodes }, (_, number) => kubeNode(number).id);

/** What `portolan up` keeps unless told otherwise. */
const cacheBytes = 64e6;

await using closing = new AsyncDisposableStack();

async function neo4jAddress(): Promise<string> {
  if (values.store !== undefined) return values.store;
  const { uri, auth, stop } = await startNeo4j();
  closing.defer(stop);
  return uri.replace('//', `//${auth.user}:${auth.password}@`);
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
  const server = await startServer(join(import.meta.dirname, 'serve/gateway.ts'), args);
  closing.defer(server.stop);
  return server;
}

const client = fork(join(import.meta.dirname, 'serve/load.ts'));
closing.defer(() => void client.kill('SIGKILL'));

async function round(server: Server, query: string, length = ms) {
  const before = await server.usage();
  client.send({ url: server.url, query, ids, connections, ms: length } satisfies Order);
  const { requests, ms: took, latencies } = (await reply(client)) as Outcome;
  const after = await server.usage();
  return {
    perSecond: (requests * 1_000) / took,
    p50: latencies[Math.floor(requests * 0.5)] ?? 0,
    p99: latencies[Math.floor(requests * 0.99)] ?? 0,
    statements: (after.statements - before.statements) / requests,
    cpuMs: (after.cpuMs - before.cpuMs) / requests,
  };
}
type Round = Awaited<ReturnType<typeof round>>;

const spread = (numbers: readonly number[], digits = 0): string => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? 0).toFixed(digits);
  return `median ${at(0.5)} (min ${at(0)}, max ${at(1)})`;
};

function report(name: string, rounds: readonly Round[]): void {
  const of = (key: keyof Round, digits: number) =>
    spread(
      rounds.map((round) => round[key], digits),
      digits,
    );
  console.log(`${name}: ${of('perSecond', 0)} req/s`);
  console.log(`  p50 ${of('p50', 1)} ms, p99 ${of('p99', 1)} ms`);
  console.log(`  statements a request ${of('statements', 2)}, CPU of its process a request ${of('cpuMs', 2)} ms`);
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
  await round(caching, ours);
  for (let i = 0; i < rounds; i++) {
    all.push(await round(gateway, ours));
    cached.push(await round(caching, ours));
  }
  report('Portolan on SQLite', all);
  report('with caches', cached);
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
  const byHandPerSecond = async (): Promise<number> => {
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
    return (requests * 1_000) / (performance.now() - started);
  };
  await round(gateway, ours);
  await round(peer, theirs);
  await byHandPerSecond();
  await round(caching, ours);
  const mine: Round[] = [];
  const others: Round[] = [];
  const floor: number[] = [];
  const cached: Round[] = [];
  for (let i = 0; i < rounds; i++) {
    mine.push(await round(gateway, ours));
    others.push(await round(peer, theirs));
    floor.push(await byHandPerSecond());
    cached.push(await round(caching, ours));
  }
  report('Portolan', mine);
  report('@neo4j/graphql', others);
  console.log(`one statement by hand, through the driver: ${spread(floor)} a second`);
  const ratio = (rounds: readonly Round[]): string =>
    spread(
      rounds.map(({ perSecond }, i) => perSecond / (others[i] as Round).perSecond),
      2,
    );
  console.log(`Portolan / @neo4j/graphql, without a cache across requests: ${ratio(mine)}`);
  report('Portolan with caches', cached);
  console.log(`with caches / @neo4j/graphql: ${ratio(cached)}`);
}
