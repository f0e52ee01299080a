import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../test/property/random.ts';
import { randomRecord, type WorldRecord } from '../../test/property/world.ts';
import { edges as definitions } from '../edges/index.ts';
import type { Delta, GraphEdge, GraphNode } from '../model/graph.ts';
import { clusterId } from '../model/id.ts';
import type { Observation } from '../model/observation.ts';
import type { Lease, ScanBatch } from '../store/port.ts';
import { PartitionWriter } from './writer.ts';

const cluster = clusterId('test');
const lease: Lease = { partition: { tenant: 'test', cluster }, holder: 'test', token: 1 };

/** What a store keeps of one partition, and nothing more: deltas go in, a scan comes out. */
function replica() {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  let version = 0;
  return {
    nodes,
    edges,
    async apply(_lease: Lease, expected: number, delta: Delta): Promise<number> {
      assert.equal(expected, version);
      for (const id of delta.removedEdges) assert.ok(edges.delete(id), `removed edge ${id} was there`);
      for (const id of delta.removedNodes) assert.ok(nodes.delete(id), `removed node ${id} was there`);
      for (const node of delta.nodes) nodes.set(node.id, node);
      for (const edge of delta.edges) edges.set(edge.id, edge);
      for (const edge of edges.values()) {
        assert.ok(nodes.has(edge.from) && nodes.has(edge.to), `both ends of ${edge.kind} are there`);
      }
      return ++version;
    },
    async scan() {
      async function* batches(): AsyncIterable<ScanBatch> {
        yield { cluster, nodes: structuredClone([...nodes.values()]) };
        yield { cluster, edges: structuredClone([...edges.values()]) };
      }
      return { version: { [cluster]: version }, batches: batches() };
    },
  };
}

type Replica = ReturnType<typeof replica>;

function open(store: Replica, changesADelta = 2_500): Promise<PartitionWriter> {
  return PartitionWriter.open({
    store,
    lease,
    clusterName: 'test',
    definitions,
    now: () => new Date(0),
    changesADelta,
  });
}

function sorted<T extends { readonly id: string }>(items: Map<string, T>): readonly T[] {
  return [...items.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const extent = (kind: string) => ({ source: 'kubernetes', kind });
const clusterRecord: Observation = {
  type: 'records',
  extent: extent('Cluster'),
  records: [
    {
      key: 'cluster',
      nodes: [{ kind: 'Cluster', uid: null, namespace: null, name: 'test', properties: { minor: 30 } }],
      relationships: [],
    },
  ],
};

/** Writes a world into an empty store in one go. */
async function writtenAtOnce(world: Map<string, WorldRecord>): Promise<Replica> {
  const store = replica();
  const writer = await open(store);
  writer.observe(clusterRecord);
  for (const { extent: kind, record } of world.values()) {
    writer.observe({ type: 'records', extent: extent(kind), records: [record] });
  }
  await writer.commit();
  return store;
}

test('incremental equals full: after every change the store holds what deriving everything anew would give', async () => {
  let derived = 0;
  for (const seed of seeds(25)) {
    const rng = random(seed);
    const store = replica();
    // Deltas so small that most commits are a run of them.
    const changesADelta = rng.pick([3, 20, 2_500]);
    let writer = await open(store, changesADelta);
    writer.observe(clusterRecord);
    const world = new Map<string, WorldRecord>();
    for (let step = 0; step < 40; step++) {
      const changes = 1 + rng.integer(4);
      for (let n = 0; n < changes; n++) {
        const kinds = [...new Set([...world.values()].map((held) => held.extent))];
        if (rng.chance(0.08) && kinds.length > 0) {
          // A relist of one kind in which some objects are no longer there.
          const kind = rng.pick(kinds);
          writer.observe({ type: 'snapshot', extent: extent(kind) });
          for (const [key, held] of world) {
            if (held.extent !== kind) continue;
            if (rng.chance(0.3)) world.delete(key);
            else writer.observe({ type: 'records', extent: extent(kind), records: [held.record] });
          }
          writer.observe({ type: 'complete', extent: extent(kind) });
        } else if (rng.chance(0.3) && world.size > 0) {
          const key = rng.pick([...world.keys()]);
          const { extent: kind, record } = world.get(key) as WorldRecord;
          world.delete(key);
          writer.observe({ type: 'removed', extent: extent(kind), keys: [record.key] });
        } else {
          const held = randomRecord(rng);
          world.set(`${held.extent} ${held.record.key}`, held);
          writer.observe({ type: 'records', extent: extent(held.extent), records: [held.record] });
        }
      }
      await writer.commit();
      if (rng.chance(0.05)) {
        // The process starts anew: what is stored holds until each kind has been read again.
        writer = await open(store, changesADelta);
        assert.equal(await writer.commit(), null, `seed ${seed} step ${step}: a restart alone changes nothing`);
        writer.observe(clusterRecord);
        for (const kind of new Set([...world.values()].map((held) => held.extent))) {
          writer.observe({ type: 'snapshot', extent: extent(kind) });
          for (const held of world.values()) {
            if (held.extent === kind) writer.observe({ type: 'records', extent: extent(kind), records: [held.record] });
          }
          writer.observe({ type: 'complete', extent: extent(kind) });
        }
        for (const kind of [
          'Namespace',
          'Node',
          'ServiceAccount',
          'Secret',
          'Workload',
          'Pod',
          'Role',
          'Binding',
          'Service',
          'EndpointSlice',
          'Ingress',
          'PersistentVolume',
          'PersistentVolumeClaim',
        ]) {
          if ([...world.values()].some((held) => held.extent === kind)) continue;
          writer.observe({ type: 'snapshot', extent: extent(kind) });
          writer.observe({ type: 'complete', extent: extent(kind) });
        }
        await writer.commit();
      }
      const full = await writtenAtOnce(world);
      const message = `seed ${seed} step ${step} (repeat with PORTOLAN_SEED=${seed})`;
      assert.deepEqual(sorted(store.nodes), sorted(full.nodes), message);
      assert.deepEqual(sorted(store.edges), sorted(full.edges), message);
      derived += [...store.edges.values()].filter((edge) => edge.attack !== null).length;
    }
  }
  assert.ok(derived > 5_000 || process.env.PORTOLAN_SEED, 'the worlds hold attack edges');
});

function pods(count: number): Observation {
  const records = Array.from({ length: count }, (_, index) => ({
    key: `pod-${index}`,
    nodes: [{ kind: 'Pod', uid: `uid-${index}`, namespace: 'a', name: `pod-${index}`, properties: {} } as const],
    relationships: [],
  }));
  return { type: 'records', extent: extent('Pod'), records };
}

test('a cluster counts as loading from the start until the last of what is expected has been read', async () => {
  const store = replica();
  const seen: string[] = [];
  const watched = {
    ...store,
    apply: async (...args: Parameters<Replica['apply']>) => {
      const version = await store.apply(...args);
      const gaps = [...store.nodes.values()].filter(({ kind }) => kind === 'CoverageGap').length;
      const held = [...store.nodes.values()].filter(({ kind }) => kind === 'Pod').length;
      seen.push(`${held} pods, ${gaps > 0 ? 'loading' : 'whole'}`);
      return version;
    },
  };
  const expects = [extent('Cluster'), extent('Pod')];
  const writer = await PartitionWriter.open({ store: watched, lease, clusterName: 'test', definitions, expects });
  writer.observe({ type: 'snapshot', extent: extent('Cluster') });
  writer.observe(clusterRecord);
  writer.observe({ type: 'complete', extent: extent('Cluster') });
  await writer.commit();
  assert.deepEqual(seen.splice(0), ['0 pods, loading']);
  writer.observe({ type: 'snapshot', extent: extent('Pod') });
  writer.observe(pods(6_000));
  writer.observe({ type: 'complete', extent: extent('Pod') });
  await writer.commit();
  assert.ok(seen.length > 2, 'so much is a run of deltas');
  assert.equal(seen.at(-1), '6000 pods, whole');
  assert.ok(
    seen.slice(0, -1).every((state) => state.endsWith('loading')),
    seen.join('; '),
  );
});

test('a kind that cannot be read any more keeps what it had, under a gap that ends when it is read again', async () => {
  const store = replica();
  const writer = await open(store);
  const gaps = () =>
    [...store.nodes.values()].filter(({ kind }) => kind === 'CoverageGap').map(({ properties }) => properties);
  writer.observe(clusterRecord);
  writer.observe(pods(2));
  await writer.commit();
  writer.observe({ type: 'unreadable', extent: extent('Pod'), reason: 'FORBIDDEN', message: 'may not list pods' });
  await writer.commit();
  assert.equal(gaps().length, 1);
  assert.equal([...store.nodes.values()].filter(({ kind }) => kind === 'Pod').length, 2);
  writer.observe({ type: 'removed', extent: extent('Pod'), keys: ['pod-0'] });
  writer.observe({ type: 'snapshot', extent: extent('Pod') });
  writer.observe({ type: 'complete', extent: extent('Pod') });
  await writer.commit();
  assert.deepEqual(gaps(), []);
  assert.equal([...store.nodes.values()].filter(({ kind }) => kind === 'Pod').length, 0);
});

test('two living objects under one UID are two nodes', async () => {
  const store = replica();
  const writer = await open(store);
  const record = (name: string) => ({
    key: name,
    nodes: [{ kind: 'Pod', uid: 'the-same', namespace: 'a', name, properties: {} } as const],
    relationships: [],
  });
  writer.observe({ type: 'records', extent: extent('Pod'), records: [record('victim'), record('fake')] });
  await writer.commit();
  assert.deepEqual([...store.nodes.values()].map(({ name }) => name).sort(), ['fake', 'victim']);
  writer.observe({ type: 'removed', extent: extent('Pod'), keys: ['fake'] });
  await writer.commit();
  assert.deepEqual(
    [...store.nodes.values()].map(({ name }) => name),
    ['victim'],
  );
});

test('a writer whose commit has failed is of no further use', async () => {
  const store = replica();
  const failing = { ...store, apply: async () => Promise.reject(new Error('disk full')) };
  const writer = await PartitionWriter.open({ store: failing, lease, clusterName: 'test', definitions });
  writer.observe(pods(1));
  await assert.rejects(writer.commit(), /disk full/);
  await assert.rejects(writer.commit(), /open another/);
});

test('what is wrong with an object ends when it is seen whole, or no more', async () => {
  const store = replica();
  const writer = await open(store);
  const gaps = (): number => [...store.nodes.values()].filter(({ kind }) => kind === 'CoverageGap').length;
  const wrong = (record: string, message: string): Observation => ({
    type: 'problem',
    extent: extent('Pod'),
    record,
    place: `Pod/${record}`,
    message,
  });
  writer.observe(pods(2));
  writer.observe(wrong('pod-0', 'spec must be an object'));
  writer.observe(wrong('pod-0', 'status must be an object'));
  writer.observe(wrong('pod-1', 'spec must be an object'));
  await writer.commit();
  assert.equal(gaps(), 3, 'none hides another');
  writer.observe(pods(1));
  await writer.commit();
  assert.equal(gaps(), 1);
  writer.observe({ type: 'removed', extent: extent('Pod'), keys: ['pod-1'] });
  await writer.commit();
  assert.equal(gaps(), 0);
});

test('a restart of much changes nothing, and what has gone meanwhile goes', async () => {
  const store = replica();
  const all: Observation[] = [clusterRecord, pods(4_000)];
  const first = await open(store);
  for (const observation of all) first.observe(observation);
  await first.commit();
  const before = [sorted(store.nodes), sorted(store.edges)];
  const again = await open(store);
  assert.equal(await again.commit(), null);
  again.observe({ type: 'snapshot', extent: extent('Pod') });
  again.observe(pods(3_999));
  again.observe({ type: 'complete', extent: extent('Pod') });
  await again.commit();
  assert.equal(store.nodes.size, before[0]?.length === undefined ? 0 : before[0].length - 1);
});
