import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { chart } from './chart.ts';
import { shop } from './shop.ts';
import { openHouse, type Served, serve } from './testbed.ts';

suite('inventory', () => {
  const prod = shop('prod');
  let served: Served;
  let grow: () => Promise<void>;
  const closing = new AsyncDisposableStack();
  after(() => closing.disposeAsync());
  before(async () => {
    const house = await openHouse(closing);
    await house.commit(prod.cluster, prod.delta());
    const other = chart('staging');
    other.node('Pod', 'shop', 'web-01', { phase: 'Running', labels: ['app=web'] });
    await house.commit(other.cluster, other.delta());
    grow = async () => {
      const more = chart('prod');
      for (const name of ['aaa', 'web-05-b', 'zzz']) more.node('Pod', 'shop', name);
      await house.commit(prod.cluster, more.delta());
    };
    served = await serve(closing, house);
  });

  test('every root list answers', async () => {
    const data = await served.data(`{
      clusters { totalCount nodes { id kind name version minor coverage namespaces { nodes { name } } } }
      namespaces { totalCount } kubeNodes { totalCount nodes { kubeletVersion labels pods(first: 1) { totalCount } } }
      pods { totalCount } containers { totalCount } serviceAccounts { totalCount } identities { totalCount nodes { kind } }
      roles { nodes { name rules { verbs apiGroups resources resourceNames } bindings { totalCount } } }
      bindings { nodes { roleRef subjects role { name } identities { nodes { ref } } } }
      permissionSets { totalCount } services { totalCount } ingresses { totalCount } networkPolicies { totalCount }
      gateways { totalCount } routes { totalCount } referenceGrants { totalCount } webhooks { totalCount }
      admissionPolicies { totalCount } admissionPolicyBindings { totalCount } apiServices { totalCount }
      customResourceDefinitions { totalCount }
    }`);
    assert.equal(data.clusters.totalCount, 2);
    assert.deepEqual(data.clusters.nodes[0], {
      id: prod.cluster,
      kind: 'CLUSTER',
      name: 'prod',
      version: 'v1.36.3',
      minor: 36,
      coverage: 'PARTIAL',
      namespaces: { nodes: [{ name: 'ci' }, { name: 'shop' }] },
    });
    assert.equal(data.clusters.nodes[1].coverage, 'COMPLETE');
    assert.deepEqual(data.kubeNodes.nodes, [
      { kubeletVersion: 'v1.36.3', labels: ['zone=a'], pods: { totalCount: 21 } },
    ]);
    assert.equal(data.pods.totalCount, 22);
    assert.equal(data.identities.totalCount, 2);
    assert.deepEqual(data.roles.nodes[0].rules, [
      { verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: [] },
    ]);
    assert.deepEqual(data.bindings.nodes, [
      {
        roleRef: 'Role/edit-ci',
        subjects: ['ServiceAccount/shop/web', 'Group/nobody'],
        role: { name: 'edit-ci' },
        identities: { nodes: [{ ref: 'ServiceAccount/shop/web' }] },
      },
    ]);
  });

  test('a network policy tells its rules, and shows the pods it is for', async () => {
    const { networkPolicies } = await served.data(`{ networkPolicies(filter: { clusters: "prod" }) { nodes {
      name directions podSelector { key operator values }
      rules { direction action ports peers { namespaceSelector { key } podSelector { key } } }
      pods(filter: { phase: { in: "Running" } }, first: 2, orderBy: { field: NAME }) { totalCount nodes { name } }
    } } }`);
    const [active, all, few] = networkPolicies.nodes;
    assert.deepEqual(few.rules, [
      {
        direction: 'Ingress',
        action: 'Allow',
        ports: ['80/TCP'],
        peers: [{ namespaceSelector: [], podSelector: null }],
      },
    ]);
    assert.equal(few.podSelector.length, 4);
    // Of 20 pods the first is on its node's network, two are left out by label, and one is not running.
    assert.deepEqual(few.pods, { totalCount: 16, nodes: [{ name: 'web-04' }, { name: 'web-05' }] });
    assert.deepEqual([active.name, active.pods.nodes], ['ClusterNetworkPolicy/active', [{ name: 'runner' }]]);
    assert.deepEqual([all.name, all.pods.totalCount], ['ClusterNetworkPolicy/all', 19]);
  });

  const names = async (filter: string) => {
    const { pods } = await served.data(
      `{ pods(filter: ${filter}, first: 100) { totalCount nodes { name cluster { name } } } }`,
    );
    assert.equal(pods.totalCount, pods.nodes.length);
    return pods.nodes.map((pod: { name: string }) => pod.name);
  };
  const cases: readonly (readonly [filter: string, expected: readonly string[]])[] = [
    ['{ phase: { in: "Pending" } }', ['web-20']],
    ['{ name: { in: ["web-02", "runner"] } }', ['runner', 'web-02']],
    [
      '{ name: { contains: "-1" }, not: { labels: { in: "index=10" } } }',
      ['11', '12', '13', '14', '15', '16', '17', '18', '19'].map((n) => `web-${n}`),
    ],
    ['{ name: { range: { from: "web-19" } } }', ['web-19', 'web-20']],
    ['{ createdAt: { range: { to: "2026-02-02T00:00:00Z" } } }', ['web-01', 'web-02']],
    ['{ hostNetwork: { is: true } }', ['web-01']],
    ['{ createdAt: { isNull: true }, clusters: ["prod"] }', ['runner']],
    ['{ clusters: ["staging"] }', ['web-01']],
    ['{ clusters: ["nowhere"] }', []],
    ['{ or: [{ namespace: { in: "ci" } }, { phase: { in: "Pending" } }] }', ['runner', 'web-20']],
    ['{ or: [] }', []],
    ['{ containers: { some: { privileged: { is: true } } } }', ['web-01']],
    ['{ containers: { some: { runAsUser: { range: { to: 999 } } } } }', ['web-01']],
    ['{ services: { none: {} }, clusters: ["prod"] }', ['runner']],
    [
      '{ serviceAccount: { some: { bindings: { some: { namespace: { in: "ci" } } } } }, name: { in: "web-03" } }',
      ['web-03'],
    ],
  ];
  for (const [filter, expected] of cases) {
    test(`pods matching ${filter}`, async () => assert.deepEqual(await names(filter), expected));
  }

  test('orders by any property, both ways, nulls last', async () => {
    const query = `query ($direction: OrderDirection!) {
      pods(orderBy: { field: CREATED_AT, direction: $direction }, first: 100) { nodes { name createdAt } }
    }`;
    for (const direction of ['ASC', 'DESC']) {
      const { pods } = await served.data(query, { direction });
      const times = pods.nodes.map((pod: { createdAt: string | null }) => pod.createdAt);
      const known = times.filter((time: string | null) => time !== null);
      assert.equal(known.length, 20);
      assert.deepEqual(times.slice(0, 20), direction === 'ASC' ? known.toSorted() : known.toSorted().reverse());
    }
  });

  test('finds nodes by id, whatever their kind, and nothing for ids that are none', async () => {
    const { node, nodes } = await served.data(
      `query ($id: ID!, $ids: [ID!]!) {
        node(id: $id) { __typename id kind name ref deletedAt ... on Pod { phase namespace cluster { name } node { name } serviceAccount { name pods(first: 2) { totalCount } } } }
        nodes(ids: $ids) { ref }
      }`,
      { id: prod.ids.pod, ids: [prod.ids.internet, 'Pod.none', prod.ids.accounts] },
    );
    assert.deepEqual(node, {
      __typename: 'Pod',
      id: prod.ids.pod,
      kind: 'POD',
      name: 'web-01',
      ref: 'Pod/shop/web-01',
      deletedAt: null,
      phase: 'Running',
      namespace: 'shop',
      cluster: { name: 'prod' },
      node: { name: 'worker-1' },
      serviceAccount: { name: 'web', pods: { totalCount: 20 } },
    });
    assert.deepEqual(nodes, [{ ref: 'Internet' }, null, null]);
  });

  test('a list is paged without loss or repetition while it grows', async () => {
    const query =
      'query ($after: String) { pods(filter: { clusters: "prod" }, first: 4, after: $after) { edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }';
    const seen: string[] = [];
    for (let after: string | null = null, page = 0; ; page++) {
      const { pods } = await served.data(query, { after });
      assert.equal(pods.pageInfo.hasPreviousPage, page > 0);
      assert.equal(pods.pageInfo.startCursor, pods.edges[0].cursor);
      seen.push(...pods.edges.map((edge: { node: { name: string } }) => edge.node.name));
      if (page === 1) await grow();
      if (!pods.pageInfo.hasNextPage) break;
      after = pods.pageInfo.endCursor;
    }
    const first = ['runner', ...Array.from({ length: 20 }, (_, i) => `web-${String(i + 1).padStart(2, '0')}`)];
    assert.deepEqual(
      seen.filter((name) => first.includes(name)),
      first,
    );
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.includes('zzz'), 'what is added behind the cursor is seen');
    assert.ok(!seen.includes('aaa'), 'what is added before it is not');
  });

  test('pages of relationships go on too', async () => {
    const query =
      'query ($after: String) { services(filter: { name: { in: "web" } }) { nodes { pods(first: 15, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } totalCount } } } }';
    const [first] = (await served.data(query)).services.nodes;
    const [second] = (await served.data(query, { after: first.pods.pageInfo.endCursor })).services.nodes;
    assert.equal(first.pods.totalCount, 20);
    assert.equal(first.pods.pageInfo.hasNextPage, true);
    assert.equal(second.pods.pageInfo.hasNextPage, false);
    assert.equal(new Set([...first.pods.nodes, ...second.pods.nodes].map(({ name }) => name)).size, 20);
  });

  test('facets count by property, by several, by entries of lists, under a filter', async () => {
    const data = await served.data(`{
      phases: facets(kind: POD, by: ["phase"], filter: { clusters: "prod", namespace: { in: "shop" }, name: { contains: "web-" } }) { values count }
      images: facets(kind: CONTAINER, by: ["image", "privileged"]) { values count }
      labels: facets(kind: POD, by: ["labels"], filter: { labels: { in: "app=ci" } }) { values count }
    }`);
    assert.deepEqual(data.phases[0], { values: ['Running'], count: 19 });
    assert.deepEqual(data.images, [
      { values: ['shop/web:2', 'false'], count: 10 },
      { values: ['shop/web:1', 'false'], count: 9 },
      { values: ['shop/web:1', 'true'], count: 1 },
    ]);
    assert.deepEqual(data.labels, [{ values: ['app=ci'], count: 1 }]);
  });

  test('one document with other variables asks for other things, one without for the same', async () => {
    const varied = `query ($id: ID!, $first: Int!, $all: Boolean!) { node(id: $id) { ... on Namespace {
      pods(first: $first) @skip(if: $all) { nodes { name } } ...More } } }
      fragment More on Namespace { serviceAccounts @include(if: $all) { totalCount } }`;
    const [ci, id] = (
      await served.data('{ namespaces(filter: { clusters: "prod" }) { nodes { id } } }')
    ).namespaces.nodes.map(({ id }: { readonly id: string }) => id);
    const answers = [];
    for (const variables of [
      { first: 1, all: false },
      { first: 2, all: false },
      { first: 1, all: true },
      { first: 2, all: false },
    ]) {
      const { node } = await served.data(varied, { id, ...variables });
      answers.push([node.pods?.nodes.length, node.serviceAccounts !== undefined]);
    }
    assert.deepEqual(answers, [
      [1, false],
      [2, false],
      [undefined, true],
      [2, false],
    ]);
    const constant =
      'query ($id: ID!) { node(id: $id) { ... on Namespace { name pods(first: 1) { totalCount nodes { serviceAccount { name } } } } } }';
    const twice = [await served.data(constant, { id }), await served.data(constant, { id })];
    assert.deepEqual(twice[0], twice[1]);
    assert.equal(twice[0].node.pods.nodes.length, 1);
    const { node } = await served.data(constant, { id: ci });
    assert.equal(node.name, 'ci');
  });

  test('coverage says what is not seen', async () => {
    const { coverage } = await served.data(
      '{ coverage { state gaps { totalCount nodes { reason subject cluster { name } } } clusters { nodes { name coverage } } } }',
    );
    assert.deepEqual(coverage, {
      state: 'PARTIAL',
      gaps: { totalCount: 1, nodes: [{ reason: 'FORBIDDEN', subject: 'the kind Secret', cluster: { name: 'prod' } }] },
      clusters: {
        nodes: [
          { name: 'prod', coverage: 'PARTIAL' },
          { name: 'staging', coverage: 'COMPLETE' },
        ],
      },
    });
  });
});
