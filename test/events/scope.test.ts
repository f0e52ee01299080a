import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { edges as techniques } from '../../graph/edges/index.ts';
import type { GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { type NodeKind, nodeKind, nodeKinds } from '../../graph/model/kinds.ts';
import { relationships } from '../../graph/model/relationships.ts';
import { type ClusterGrant, mayReadClaim, type Scope, wholeTenant } from '../../graph/model/scope.ts';
import { mayReadPlace, type Place } from '../../graph/records/alerts/alert.ts';
import { schema } from '../../resolvers/index.ts';
import { rootLists } from '../../schema/lists.ts';
import { newAlert } from '../contract/alerts.ts';
import { type Chart, chart } from '../gateway/chart.ts';
import { type House, openHouse, serve } from '../gateway/testbed.ts';
import { type Random, random, seeds } from '../property/random.ts';

// No answer to a caller of scope A holds anything outside A. Every text of a node carries a mark of where the node lies,
// and every id is known, so that whatever leaks, by whatever field, shows in the answer as a whole.

const clusterNames = ['a', 'b', 'c'] as const;
const namespaces = ['n1', 'n2', null] as const;
const seeing = 'filter: {}, first: 100';
const everything = '{ set: INTERNET }';
const nodeFields = '...all';
const fragment = `fragment all on Node { __typename id kind name ref deletedAt ... on ClusterObject { namespace cluster { id name } }
  ... on Pod { phase labels node { id name } serviceAccount { id name } containers { totalCount nodes { id name image } } services { nodes { name } } }
  ... on Service { addresses pods { totalCount edges { cursor node { name } } } ingresses { nodes { name } } }
  ... on Namespace { pods { nodes { name } totalCount } serviceAccounts { nodes { name } } roles { nodes { name } } }
  ... on Binding { roleRef role { id name } identities { totalCount nodes { id name } } }
  ... on Identity { bindings { totalCount nodes { id name } } } }`;
const step = `id from { ${nodeFields} } to { ${nodeFields} } edge { id name provedBy { id rule output } evidence { alternatives { object field } } }`;
const alert = `id rule output namespace fields { name value } cluster { id name } subjects { ${nodeFields} }
  suppression { id rule reason } history { id who about note }`;
const path = `version paths { id hops { ${step.replace('id ', '')} } }`;

/** What is asked under each field of Query. A new field needs its line. */
const documents: Readonly<Record<string, (ids: string) => string>> = {
  ...Object.fromEntries(
    Object.keys(rootLists).map((list) => [
      list,
      () => `${list}(${seeing}) { totalCount pageInfo { endCursor } edges { cursor node { ${nodeFields} } } }`,
    ]),
  ),
  version: () => 'version',
  node: (ids) => `node(id: ${JSON.stringify((JSON.parse(ids) as string[])[0])}) { ${nodeFields} }`,
  nodes: (ids) => `nodes(ids: ${ids}) { ${nodeFields} }`,
  attackPaths: (ids) => `attackPaths(from: { ids: ${ids} }, to: { ids: ${ids} }, first: 20, maxHops: 6) { ${path} }
    toAdmin: attackPaths(from: ${everything}, to: { set: CLUSTER_ADMIN }, first: 20, maxHops: 6) { ${path} }`,
  blastRadius: (ids) =>
    `blastRadius(of: { ids: ${ids} }, maxHops: 6) { version counts { kind count } reached(first: 100) { node { ${nodeFields} } } }`,
  exposures: () =>
    `exposures(first: 100) { totalCount edges { cursor node { id name door { ${nodeFields} } addresses services { nodes { name } } evidence { alternatives { object field } } } } }`,
  facets: () => 'facets(kind: POD, by: ["cluster", "namespace", "phase", "labels"]) { values count }',
  coverage: () =>
    `coverage { state clusters { nodes { id name } } gaps { totalCount nodes { id name message cluster { name } } } }`,
  techniques: () => 'techniques { name }',
  detections: () => 'detections { name }',
  attackTechniques: () => 'attackTechniques { id }',
  alerts: () =>
    `alerts(first: 100, filter: { suppressed: null }) { totalCount edges { cursor node { ${alert} } }
      } byCount: alerts(first: 2, orderBy: { field: COUNT }) { pageInfo { endCursor } nodes { ${alert} } }`,
  alert: (ids) => `alert(id: ${JSON.stringify((JSON.parse(ids) as string[])[1])}) { ${alert} }`,
  alertFacets: () => 'alertFacets(by: [CLUSTER, NAMESPACE, RULE], filter: { suppressed: null }) { values count }',
  suppressions: () => 'suppressions { id rule fields { name values } clusterId namespace reason createdBy }',
  auditTrail: () => 'auditTrail(first: 100) { totalCount nodes { id who about note } pageInfo { endCursor } }',
};

const mark = (cluster: string, namespace: string | null) => `${cluster}~${namespace ?? 'none'}~`;
const placed: readonly NodeKind[] = Object.keys(nodeKinds).filter(
  (kind) => !['Cluster', 'Internet', 'TargetSet'].includes(kind),
) as NodeKind[];

function draw(random: Random, name: string): Chart {
  const c = chart(`${mark(name, 'cluster')}`);
  for (const kind of placed) {
    for (let i = 2 + random.integer(4); i > 0; i--) {
      const namespace = random.pick(namespaces);
      const where = mark(name, namespace);
      const values: Readonly<Record<string, unknown>> = { string: where, strings: [where] };
      const properties = Object.entries(nodeKind(kind).properties).flatMap(([property, { type }]) =>
        type in values ? [[property, values[type]] as const] : [],
      );
      c.node(kind, namespace, `${where}${i}`, Object.fromEntries(properties));
    }
  }
  for (const namespace of namespaces) c.targetSet('Pod', namespace);
  c.internet();
  return c;
}

function connect(random: Random, charts: readonly Chart[]): void {
  const all = charts.flatMap((c) => c.delta().nodes);
  const of = (nodes: readonly GraphNode[], kinds: readonly NodeKind[]) =>
    nodes.filter(({ kind }) => kinds.includes(kind));
  for (const c of charts) {
    const own = c.delta().nodes;
    const refs = own.map(({ ref }) => ref);
    // Mostly within the cluster, at times into another one.
    const end = (kinds: readonly NodeKind[]) => of(random.chance(0.85) ? own : all, kinds);
    for (const [kind, { from, to }] of Object.entries(relationships)) {
      for (const node of of(own, from)) {
        const targets = end(to);
        if (targets.length > 0 && random.chance(0.8)) c.relationship(kind, node.id, random.pick(targets).id);
      }
    }
    for (const { name, from, to, class: step } of techniques) {
      for (const node of of(own, from)) {
        for (const target of random.sample(end([...to, 'TargetSet']), 4)) {
          const item = () => ({ object: random.pick(refs), field: 'spec' });
          const evidence = Array.from({ length: 1 + random.integer(2) }, () => [item(), item()]);
          c.step(name, node.id, target.id, step === 'link' ? null : random.integer(4), evidence);
        }
      }
    }
  }
}

/** Alerts, suppressions and lines of the trail in every place, with all that should be seen from there alone. */
async function raise(random: Random, { alerts }: House, charts: readonly Chart[]) {
  const raised: { readonly place: Place; readonly ids: readonly string[] }[] = [];
  const at = new Date().toISOString();
  for (const [index, c] of charts.entries()) {
    const all = charts.flatMap((chart) => chart.delta().nodes);
    for (const namespace of namespaces) {
      const place = { cluster: c.cluster, namespace };
      const text = mark(clusterNames[index] as string, namespace);
      const rule = { ...place, rule: text, fields: [], expiresAt: '2999-01-01T00:00:00.000Z', reason: text };
      const act = { who: text, at, note: text };
      const suppression = await alerts.suppress(wholeTenant('default'), rule, act);
      const events = await alerts.raise(
        'default',
        c.cluster,
        [0, 1, 2, 3].map((number) => ({
          ...newAlert({
            key: `${text}${number}`,
            namespace,
            rule: number === 0 ? text : `${text} other`,
            output: text,
          }),
          fields: { [text]: text },
          subjects: random.sample(all, 6).map(({ id }) => id),
          proves: random
            .sample(
              charts.flatMap((chart) => chart.delta().edges),
              8,
            )
            .map(({ id }) => id),
        })),
        at,
      );
      const first = events[1]?.alert.id as string;
      await alerts.change(wholeTenant('default'), first, 'ACKNOWLEDGED', act);
      const trail = await alerts.auditTrail(wholeTenant('default'), { first: 1000 });
      const lines = trail.items.filter(({ item }) => item.who === text).map(({ item }) => item.id);
      raised.push({ place, ids: [first, ...events.map(({ alert }) => alert.id), suppression?.id as string, ...lines] });
    }
  }
  return raised;
}

interface Grant {
  readonly token: string;
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[] | undefined;
}

function drawGrant(random: Random, number: number): Grant {
  const clusters = random.sample(clusterNames, 3).map((name) => mark(name, 'cluster'));
  const namespaces = random.pick([undefined, ['n1'], ['n1', 'n2'], []]);
  return { token: `token-of-the-scope-${number}`, clusters, namespaces };
}

function scopeOf({ clusters, namespaces }: Grant, charts: readonly Chart[]): Scope {
  const named = charts.filter((c) => clusters.includes(c.delta().nodes[0]?.name ?? ''));
  const grant: ClusterGrant = namespaces ?? 'all';
  return { tenant: 'default', clusters: Object.fromEntries(named.map(({ cluster }) => [cluster, grant])) };
}

/** Every text of an answer, and what those that are encoded hold. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value, Buffer.from(value, 'base64url').toString()];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(texts);
}

const idPattern = /\b[A-Za-z_]+\.[\w-]{22}(?![\w-])/g;

for (const seed of seeds(6)) {
  test(`no answer holds anything outside the caller's scope (seed ${seed})`, async () => {
    await using closing = new AsyncDisposableStack();
    const source = random(seed);
    const charts = clusterNames.map((name) => draw(source, name));
    connect(source, charts);
    const house = await openHouse(closing);
    for (const c of charts) await house.commit(c.cluster, c.delta());
    const alerts = await raise(random(seed + 1000), house, charts);

    const folder = await mkdtemp(join(tmpdir(), 'portolan-scope-'));
    closing.defer(() => rm(folder, { recursive: true }));
    const tokens = Array.from({ length: 4 }, (_, number) => drawGrant(source, number));
    await writeFile(join(folder, 'tokens.json'), JSON.stringify({ tokens }), { mode: 0o600 });
    const { ask } = await serve(closing, house, { auth: { tokenFile: join(folder, 'tokens.json') } });

    const nodes = charts.flatMap((c) => c.delta().nodes.map((node): readonly [string, GraphNode] => [c.cluster, node]));
    const edges: readonly GraphEdge[] = charts.flatMap((c) => c.delta().edges);
    let paths = 0;
    for (const grant of tokens) {
      const scope = scopeOf(grant, charts);
      const visible = nodes.filter(([cluster, { kind, namespace }]) =>
        mayReadClaim(scope, kind, { cluster, namespace }),
      );
      const seen = new Set(visible.map(([, { id }]) => id));
      const known = new Set([
        ...seen,
        ...edges.filter(({ from, to }) => seen.has(from) && seen.has(to)).map(({ id }) => id),
        ...alerts.filter(({ place }) => mayReadPlace(scope, place)).flatMap(({ ids }) => ids),
      ]);
      const places = new Set(visible.map(([, { name }]) => /^.~\w+~/.exec(name)?.[0]));

      for (const [field, document] of Object.entries(documents)) {
        const some = source.shuffle(nodes).slice(0, 60);
        const ids = some.map(([, { id }]) => id);
        if (field === 'alert') ids[1] = alerts[ids.length % alerts.length]?.ids[0] as string;
        const used = document(JSON.stringify(ids));
        const query = `{ ${used} } ${used.includes(nodeFields) ? fragment : ''}`;
        const { data, errors, extensions } = await ask(query, {}, grant.token);
        const where = `${field} for ${JSON.stringify(grant)}`;
        assert.deepEqual(errors, undefined, where);
        for (const text of texts([data, extensions])) {
          for (const [place] of text.matchAll(/[abc]~\w+?~/g)) assert.ok(places.has(place), `${where}: ${text}`);
          for (const [id] of text.matchAll(idPattern)) {
            assert.ok(id.startsWith('AttackPath.') || known.has(id), `${where}: ${id}`);
          }
        }
        paths += data.attackPaths?.paths.length ?? 0;
        if (field === 'pods') {
          // Neither more nor less.
          assert.equal(data.pods.totalCount, visible.filter(([, { kind }]) => kind === 'Pod').length, where);
        }
      }
    }
    assert.ok(paths > 0, 'a graph without paths tells nothing about them');
  });
}

test('the property above is asked of every field of Query', () => {
  assert.deepEqual(Object.keys(schema.getQueryType()?.getFields() ?? {}).sort(), Object.keys(documents).sort());
});
