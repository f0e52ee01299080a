import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scope } from '../../graph/model/scope.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import { allKinds, neighbourKinds } from '../../graph/store/field.ts';
import type { Filter, Page, PageRequest } from '../../graph/store/filter.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { type Random, random, seeds } from '../property/random.ts';
import { edge, freshTenant, kubeNode, type Opened, pod, type Subject, write } from './context.ts';
import {
  clusters,
  fieldsOf,
  randomDelta,
  randomFilter,
  randomKinds,
  randomNode,
  randomOrder,
  randomScope,
} from './generate.ts';
import { type Reference, reference } from './reference.ts';

/** Every page of a list, in pages of this size. */
async function allPages<T>(size: number, read: (page: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | undefined; ; ) {
    const page = await read({ first: size, after });
    all.push(...page.items.map(({ item }) => item));
    if (!page.hasNextPage) return all;
    after = page.items.at(-1)?.cursor;
  }
}

/** A random history, committed to the store and told to the reference. */
export async function randomHistory(opened: Opened, random: Random, tenant: string, deltas = 12): Promise<Reference> {
  const expected = reference();
  const writers = await Promise.all(clusters.map((cluster) => write(opened, tenant, cluster)));
  for (let second = 0; second < deltas; second++) {
    const which = random.integer(clusters.length);
    const cluster = clusters[which] as string;
    const delta = randomDelta(random, cluster, second);
    await writers[which]?.commit(delta);
    expected.apply(cluster, delta);
  }
  return expected;
}

export function readsContract(subject: Subject, histories: number): void {
  test('every read equals the plain reference, on random graphs, scopes and filters', async () => {
    for (const seed of seeds(histories)) {
      const chance = random(seed);
      const tenant = freshTenant();
      const expected = await randomHistory(subject(), chance, tenant);
      for (let query = 0; query < 20; query++) {
        const scope = randomScope(chance, tenant);
        await compareReads(subject().store, expected, scope, chance, `PORTOLAN_SEED=${seed}, query ${query}`);
      }
    }
  });

  test('names of any length are in order and found, also those that begin alike', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const scope = wholeTenant(tenant);
    const { commit } = await write(subject(), tenant);
    const ends = ['', 'a', 'b', '\u{ffff}', '\u{1f600}'];
    const names = ['a', 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(20_000)].flatMap((start) =>
      ends.map((end) => start + end),
    );
    await commit({ nodes: names.map((name) => pod(name)) });
    const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const [descending, expected] of [[false, sorted] as const, [true, sorted.toReversed()] as const]) {
      const order = { field: 'name', descending };
      const found = await allPages(3, (page) => store.find(scope, { kinds: ['Pod'], order, page }));
      assert.deepEqual(
        found.map(({ name }) => name),
        expected,
      );
    }
    for (const name of names) {
      const filter = { field: 'name', in: [name] };
      const { items } = await store.find(scope, { kinds: [], filter, page: { first: 9 } });
      assert.deepEqual(
        items.map(({ item }) => item),
        [pod(name)],
      );
    }
  });

  test('a batch is answered in the order asked, with repeats, and null for what is not there', async () => {
    const tenant = freshTenant();
    const { commit } = await write(subject(), tenant);
    await commit({ nodes: [pod('a'), pod('b')] });
    const ids = [pod('b').id, 'Pod.none', pod('a').id, pod('b').id];
    assert.deepEqual(await subject().store.nodes(wholeTenant(tenant), ids), [pod('b'), null, pod('a'), pod('b')]);
    assert.deepEqual(await subject().store.nodes(wholeTenant(freshTenant()), ids), [null, null, null, null]);
    assert.deepEqual(await subject().store.nodes(wholeTenant(tenant), []), []);
  });

  test('pages neither repeat nor skip what stays while others write', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const { commit } = await write(subject(), tenant);
    const name = (i: number) => `p${String(i).padStart(3, '0')}`;
    const even = Array.from({ length: 60 }, (_, i) => pod(name(2 * i)));
    await commit({ nodes: even });
    let round = 0;
    const seen = await allPages(7, async (page) => {
      const odd = pod(name(2 * 13 * round++ + 1));
      await commit({ nodes: [odd] });
      return store.find(wholeTenant(tenant), { kinds: ['Pod'], page });
    });
    const names = seen.map((node) => node.name);
    assert.equal(new Set(names).size, names.length, 'no repeats');
    assert.deepEqual(
      names.filter((text) => Number(text.slice(1)) % 2 === 0),
      even.map((node) => node.name),
    );
  });

  test('a cursor of nothing, of another order or of another read is refused', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const scope = wholeTenant(tenant);
    const { commit } = await write(subject(), tenant);
    const [a, n] = [pod('a'), kubeNode('n')];
    await commit({ nodes: [a, n], edges: [edge(a, 'RUNS_ON', n)] });
    const cursor = (await store.find(scope, { kinds: [], page: { first: 1 } })).items[0]?.cursor ?? '';
    const find = (after: string, order = { field: 'ref' }) =>
      store.find(scope, { kinds: [], order, page: { first: 1, after } });
    const near = { relationships: [], direction: 'out', page: { first: 1, after: cursor } } as const;
    assert.equal((await find(cursor)).items.length, 1);
    for (const nonsense of ['', 'x', '[]', Buffer.from('[1,2]').toString('base64url'), `${cursor}AAAA`]) {
      await assert.rejects(find(nonsense), { code: 'INVALID_CURSOR' });
    }
    await assert.rejects(find(cursor, { field: 'name' }), { code: 'INVALID_CURSOR' });
    await assert.rejects(store.adjacent(scope, [a.id], near), { code: 'INVALID_CURSOR' });
  });

  test('a filter that does not fit the model, or is too large, is refused in words', async () => {
    const { store } = subject();
    const scope = wholeTenant(freshTenant());
    const nested = (depth: number): Filter => (depth === 0 ? { and: [] } : { not: nested(depth - 1) });
    const hop = (some: Filter): Filter => ({ relationship: 'RUNS_ON', direction: 'out', some });
    const refused: readonly (readonly [RegExp, Filter])[] = [
      [/there are .*name.*phase/, { field: 'fase', in: ['x'] }],
      [/"'; --"/, { field: "'; --", in: ['x'] }],
      [/hostPid/, { field: 'hostPid', in: ['true'] }],
      [/range/, { field: 'hostPid', range: {} }],
      [/phase/, { field: 'phase', in: [1] }],
      [/kubeletVersion|internalAddresses/, hop({ field: 'phase', in: ['x'] })],
      [/16 deep/, nested(17)],
      [/2 deep/, hop(hop(hop({ and: [] })))],
      [/some or none/, { relationship: 'RUNS_ON', direction: 'out' }],
      [/relationship/, { relationship: 'runs"on', direction: 'out', some: { and: [] } }],
      [/1000 values/, { field: 'name', in: Array.from({ length: 1_001 }, String) }],
      [/256 terms/, { or: Array.from({ length: 300 }, () => ({ and: [] })) }],
      [/one of/, {} as Filter],
    ];
    for (const [message, filter] of refused) {
      const error = { code: 'INVALID_FILTER', message };
      await assert.rejects(store.find(scope, { kinds: ['Pod'], filter, page: { first: 1 } }), error);
      await assert.rejects(store.count(scope, ['Pod'], filter), error);
    }
    const rules = { field: 'rules', isNull: false };
    await assert.rejects(store.count(scope, ['Role'], rules), { code: 'INVALID_FILTER', message: /structured/ });
    for (const first of [0, 1_001, 1.5]) {
      await assert.rejects(store.find(scope, { kinds: [], page: { first } }), {
        code: 'INVALID_FILTER',
        message: /1 to 1000/,
      });
    }
    const order = { field: 'labels' };
    await assert.rejects(store.find(scope, { kinds: ['Pod'], order, page: { first: 1 } }), { code: 'INVALID_FILTER' });
    await assert.rejects(store.count(scope, ['Planet' as 'Pod']), { code: 'INVALID_FILTER', message: /Planet/ });
  });

  test('a hidden kind is listed only when asked for by name', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const scope = wholeTenant(tenant);
    const { commit } = await write(subject(), tenant);
    const a = pod('a');
    const set = pod('s', { id: 'TargetSet.s', kind: 'TargetSet', ref: 'TargetSet/Pod' });
    await commit({ nodes: [a, set], edges: [edge(a, 'CAN_REACH', set)] });
    const near = { relationships: [], direction: 'out' } as const;
    assert.equal(await store.count(scope, []), 1);
    assert.equal(await store.count(scope, ['TargetSet']), 1);
    assert.deepEqual(await store.countAdjacent(scope, [a.id], near), [0]);
    assert.deepEqual(await store.countAdjacent(scope, [a.id], { ...near, kinds: ['TargetSet'] }), [1]);
    assert.deepEqual(await store.nodes(scope, [set.id]), [set]);
  });
}

/** One of each read, compared. */
async function compareReads(store: GraphStore, expected: Reference, scope: Scope, chance: Random, hint: string) {
  const describe = (what: string, query: unknown) => `${hint}: ${what} ${JSON.stringify([scope.clusters, query])}`;
  const kinds = randomKinds(chance);
  const filter = randomFilter(chance, kinds);
  const order = chance.chance(0.7) ? randomOrder(chance, kinds) : undefined;
  const size = 1 + chance.integer(8);
  const query = { kinds, filter, ...(order && { order }) };
  const found = await allPages(size, (page) => store.find(scope, { ...query, page }));
  const wanted = expected.find(scope, query);
  assert.deepEqual(found, wanted, describe('find', query));
  assert.equal(await store.count(scope, kinds, filter), wanted.length, describe('count', query));

  const fields = fieldsOf(kinds, ['string', 'integer', 'boolean', 'strings']);
  const by = [chance.pick(fields), chance.pick(fields)].slice(chance.integer(2));
  const bySize = <T extends { readonly values: unknown; readonly count: number }>(facets: readonly T[]) =>
    [...facets].sort((a, b) => (JSON.stringify(a.values) < JSON.stringify(b.values) ? -1 : 1));
  const facets = await store.facets(scope, kinds, filter, by);
  assert.deepEqual(
    bySize(facets),
    bySize(expected.facets(scope, kinds, filter, by)),
    describe('facets', { ...query, by }),
  );
  assert.deepEqual(
    facets.map(({ count }) => count),
    facets.map(({ count }) => count).sort((a, b) => b - a),
    describe('the largest facet first', by),
  );

  const ids = Array.from({ length: 8 }, () => randomNode(chance, chance.pick(clusters)).id);
  assert.deepEqual(
    await store.nodes(scope, ids),
    ids.map((id) => expected.node(scope, id)),
    describe('nodes', ids),
  );

  const relationships = chance.chance(0.5) ? [] : chance.sample(['RUNS_ON', 'SELECTS', 'CAN_REACH'], 2);
  const direction = chance.pick(['in', 'out'] as const);
  const leadTo = relationships.flatMap((name) => neighbourKinds(name, direction));
  const known = kinds.length > 0 ? kinds : leadTo.length > 0 ? leadTo : allKinds;
  const near = {
    relationships,
    direction,
    kinds,
    filter: chance.chance(0.5) ? randomFilter(chance, known, 2) : ({ and: [] } as const),
    ...(chance.chance(0.5) && { order: randomOrder(chance, known) }),
  };
  const wantedNear = ids.map((id) => expected.adjacent(scope, id, near));
  const firstPages = await store.adjacent(scope, ids, { ...near, page: { first: size } });
  assert.deepEqual(
    firstPages.map(({ items, hasNextPage }) => [items.map(({ item }) => item), hasNextPage]),
    wantedNear.map((all) => [all.slice(0, size), all.length > size]),
    describe('adjacent', { ids, ...near }),
  );
  const [id] = ids as [string];
  const paged = await allPages(
    size,
    async (page) => (await store.adjacent(scope, [id], { ...near, page }))[0] as Page<unknown>,
  );
  assert.deepEqual(paged, wantedNear[0], describe('adjacent by pages', { id, ...near }));
  assert.deepEqual(
    await store.countAdjacent(scope, ids, near),
    wantedNear.map((all) => all.length),
    describe('countAdjacent', { ids, ...near }),
  );
  const edgeIds = wantedNear.flat().map((neighbour) => neighbour.edge.id);
  const wantedEdges = edgeIds.map((edge) => expected.edge(scope, edge));
  assert.deepEqual(await store.edges(scope, edgeIds), wantedEdges, describe('edges', edgeIds));
}
