import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Delta, EvidenceItem, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { grantOn, mayReadClaim, type Scope } from '../../graph/model/scope.ts';
import { schema } from '../../resolvers/index.ts';
import { rootLists } from '../../schema/lists.ts';
import { type Random, random, seeds } from '../property/random.ts';
import { everyFieldOfNodes } from './select-all.ts';
import { sqlite, stores } from './stores.ts';
import { type Answer, type Ask, openHouse, serve } from './testbed.ts';
import { type RandomCluster, randomWorld, worldNamespaces } from './world.ts';

// What a caller is answered from a world is, to the letter, what everybody is answered from a world that holds nothing but
// what the caller may see: neither ids nor counts, costs, orders, cursors, versions or errors tell that there is more.

const clusterNames = ['a', 'b', 'c'];
const evidence = 'evidence { alternatives { object field } }';
const step = `id name class difficulty ${evidence}`;
const path = `version truncated { reason message } paths { id cost length hops { from { ...all } to { ...all } edge { ${step} } } }`;

/** What is asked under each field of Query, given some ids of anything. A new field needs its line. */
const documents: Readonly<Record<string, (ids: string) => readonly string[]>> = {
  ...Object.fromEntries(
    Object.keys(rootLists).map((list) => [
      list,
      () => [
        `${list}(first: 100) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { ...all } } }`,
        `${list}(first: 3, filter: { clusters: ["a", "c"] }) { totalCount pageInfo { hasNextPage endCursor } nodes { id } }`,
      ],
    ]),
  ),
  version: () => ['version'],
  node: (ids) => (JSON.parse(ids) as string[]).slice(0, 3).map((id) => `node(id: ${JSON.stringify(id)}) { ...all }`),
  nodes: (ids) => [`nodes(ids: ${ids}) { ...all }`],
  attackPaths: (ids) => [
    `attackPaths(from: { ids: ${ids} }, to: { ids: ${ids} }, first: 20, maxHops: 6) { ${path} }`,
    `attackPaths(from: { set: INTERNET }, to: { set: CLUSTER_ADMIN }, first: 20, maxHops: 6) { ${path} }`,
    `attackPaths(from: { kind: POD, filter: { clusters: ["b"] } }, to: { kind: KUBE_NODE }, first: 5) { ${path} }`,
    `attackPaths(from: { set: EXPOSED_PODS }, to: { kind: SECRET }, first: 9, maxHops: 6,
      without: ${JSON.stringify((JSON.parse(ids) as string[]).slice(0, 20).map((node) => ({ node }))).replaceAll('"node"', 'node')}) { ${path} }`,
  ],
  blastRadius: (ids) => [
    `blastRadius(of: { ids: ${ids} }, maxHops: 6) { version counts { kind count } truncated { reason } reached(first: 100) { node { ...all } cost hops } }`,
  ],
  exposures: () => [
    `exposures(first: 100) { totalCount edges { cursor node { id name door { ...all } addresses ports services { totalCount nodes { name } } ${evidence} } } }`,
  ],
  facets: () => [
    'facets(kind: POD, by: ["namespace", "phase", "labels"]) { values count }',
    'facets(kind: SERVICE, by: ["cluster", "name"]) { values count }',
    'facets(kind: POD, by: ["labels"], filter: { clusters: ["a"] }) { values count }',
  ],
  coverage: () => [
    'coverage { state clusters { nodes { id name coverage } } gaps { totalCount nodes { id name message cluster { name } } } }',
  ],
  techniques: () => ['techniques { name }'],
  detections: () => ['detections { name }'],
  attackTechniques: () => ['attackTechniques { id }'],
  // Of these the worlds hold none: test/events/scope.test.ts asks for them where there are some.
  alerts: () => ['alerts { totalCount }'],
  alert: (ids) => [`alert(id: ${JSON.stringify((JSON.parse(ids) as string[])[0])}) { id }`],
  alertFacets: () => ['alertFacets(by: [CLUSTER, RULE]) { values count }'],
  suppressions: () => ['suppressions { id }'],
  auditTrail: () => ['auditTrail { totalCount }'],
};

/** Who asks: the cluster names and namespaces of a token, in one of the tenants. */
interface Grant {
  readonly token: string;
  readonly tenant: string;
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[] | undefined;
}

function scopeOf({ tenant, clusters, namespaces }: Grant, world: readonly RandomCluster[]): Scope {
  const granted = world.filter(({ name }) => clusters.includes(name));
  return { tenant, clusters: Object.fromEntries(granted.map(({ cluster }) => [cluster, namespaces ?? 'all'])) };
}

const hidden: EvidenceItem = { object: '?', field: '?' };

/** The world with nothing in it but what the scope holds. Evidence names objects; those outside are made out. */
function narrowed(world: readonly RandomCluster[], scope: Scope): readonly RandomCluster[] {
  const granted = world.filter(({ cluster }) => grantOn(scope, cluster) !== undefined);
  const isSeen = (cluster: string, { kind, namespace }: GraphNode) => mayReadClaim(scope, kind, { cluster, namespace });
  const seen = new Map(
    granted.flatMap(({ cluster, deltas }) =>
      deltas.flatMap(({ nodes }) => nodes.filter((node) => isSeen(cluster, node)).map((node) => [node.id, node])),
    ),
  );
  const shown = ({ from, to }: GraphEdge) => {
    const cluster = seen.get(from)?.cluster ?? seen.get(to)?.cluster ?? '';
    const grant = grantOn(scope, cluster);
    return (item: EvidenceItem): EvidenceItem => {
      if (grant === 'all') return item;
      const [kind, namespace = '', name] = item.object.split('/');
      const named = kind !== 'User' && kind !== 'Group' && name !== undefined;
      return named && grant?.includes(namespace) ? item : hidden;
    };
  };
  const narrow = (cluster: string, delta: Delta): Delta => ({
    ...delta,
    nodes: delta.nodes.filter((node) => isSeen(cluster, node)),
    edges: delta.edges
      .filter(({ from, to }) => seen.has(from) && seen.has(to))
      .map((edge) => {
        if (edge.attack === null) return edge;
        const alternatives = edge.attack.evidence.map((items) => items.map(shown(edge)));
        return { ...edge, attack: { ...edge.attack, evidence: alternatives } };
      }),
  });
  return granted.map((one) => ({ ...one, deltas: one.deltas.map((delta) => narrow(one.cluster, delta)) }));
}

/** An answer as text. A caller of some namespaces is told that coverage is not for him, instead of what it is. */
function told(answer: Answer, restricted: boolean): string {
  const text = JSON.stringify(answer).replaceAll(JSON.stringify(hidden), '{"object":null,"field":null}');
  return restricted ? text.replaceAll(/"((?:\w+_)?coverage|state)":"[A-Z]+"/g, '"$1":"RESTRICTED"') : text;
}

const limits = { cost: 1e9, aliases: 1e5, tokens: 1e6, bodyBytes: 1e7 };

for (const store of stores) {
  describe(`scope on ${store.name}`, { skip: store.skip }, () => {
    let paths = 0;
    for (const seed of seeds(store === sqlite ? 4 : 1)) {
      test(`an answer to a caller is the answer from a world of what he may see (seed ${seed})`, async () => {
        await using closing = new AsyncDisposableStack();
        const source = random(seed);
        const house = await openHouse(closing, store);
        const tenants = [house.tenant, `${house.tenant}-other`];
        // The ids in the two are the same: what leaks from one to the other is of a cluster that one may see.
        const worlds = new Map(tenants.map((tenant) => [tenant, randomWorld(source, clusterNames)]));
        for (const [tenant, world] of worlds) {
          for (const { cluster, deltas } of world)
            for (const delta of deltas) await house.commit(cluster, delta, tenant);
        }
        const tokens = Array.from({ length: 5 }, (_, number) => drawGrant(source, number, source.pick(tenants)));
        const folder = await mkdtemp(join(tmpdir(), 'portolan-scope-'));
        closing.defer(() => rm(folder, { recursive: true }));
        await writeFile(join(folder, 'tokens.json'), JSON.stringify({ tokens }), { mode: 0o600 });
        const { ask } = await serve(closing, house, { auth: { tokenFile: join(folder, 'tokens.json') }, limits });

        const ids = [...worlds.values()].flat().flatMap(({ deltas }) => deltas.flatMap(({ nodes }) => nodes));
        for (const grant of tokens) {
          const world = worlds.get(grant.tenant) ?? [];
          const scope = scopeOf(grant, world);
          await using own = new AsyncDisposableStack();
          const alone = await openHouse(own);
          for (const { cluster, deltas } of narrowed(world, scope)) {
            for (const delta of deltas) await alone.commit(cluster, delta);
          }
          const { ask: askAlone } = await serve(own, alone, { limits });
          paths += await compare(source, ids, grant, ask, askAlone);
        }
      });
    }
    // A single world may have no path that any caller sees; all of them together may not.
    test('the worlds had paths to tell of', { skip: process.env.PORTOLAN_SEED !== undefined }, () => {
      assert.ok(paths > 0, 'a graph without paths tells nothing about them');
    });
  });
}

function drawGrant(source: Random, number: number, tenant: string): Grant {
  const clusters = source.sample(clusterNames, 3);
  const namespaces = source.pick([undefined, undefined, ['n1'], source.sample(worldNamespaces, 3)]);
  return { token: `token-of-the-scope-${number}`, tenant, clusters, namespaces };
}

/** Asks everything of both; how many paths there were. */
async function compare(
  source: Random,
  nodes: readonly GraphNode[],
  grant: Grant,
  ask: Ask,
  askAlone: Ask,
): Promise<number> {
  const fragment = everyFieldOfNodes(schema);
  let paths = 0;
  for (const [field, document] of Object.entries(documents)) {
    const some = source.shuffle(nodes).slice(0, 60);
    for (const asked of document(JSON.stringify(some.map(({ id }) => id)))) {
      const query = `{ ${asked} } ${asked.includes('...all') ? fragment : ''}`;
      const answer = await ask(query, {}, grant.token);
      const alone = await askAlone(query);
      const where = `${asked.slice(0, 80)} for ${JSON.stringify(grant)}`;
      assert.equal(answer.errors, undefined, `${where}: ${JSON.stringify(answer.errors)}`);
      assertSame(told(answer, false), told(alone, grant.clusters.length > 0 && grant.namespaces !== undefined), where);
      paths += answer.data[field]?.paths?.length ?? 0;
    }
  }
  return paths;
}

/** Answers are long: the place where two differ says more. */
function assertSame(actual: string, expected: string, where: string): void {
  if (actual === expected) return;
  const at = [...actual].findIndex((character, index) => character !== expected[index]);
  const around = (text: string): string => text.slice(Math.max(0, at - 300), at + 200);
  assert.fail(`${where}\n  has ${around(actual)}\n  not ${around(expected)}`);
}

test('the property above is asked of every field of Query', () => {
  assert.deepEqual(Object.keys(schema.getQueryType()?.getFields() ?? {}).sort(), Object.keys(documents).sort());
});
