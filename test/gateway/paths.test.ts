import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { chart } from './chart.ts';
import { shop } from './shop.ts';
import { type House, openHouse, type Served, serve } from './testbed.ts';

const pathQuery = `query ($from: NodeSelector!, $to: NodeSelector!, $first: Int, $maxHops: Int, $without: [WithoutInput!]) {
  attackPaths(from: $from, to: $to, first: $first, maxHops: $maxHops, without: $without) {
    version
    truncated { reason message }
    paths {
      id cost length
      hops {
        from { ref } to { ref }
        edge {
          id name class difficulty precondition remediation
          technique { name attack { id name version } summary references from to }
          evidence { alternatives { object field } }
        }
      }
    }
  }
}`;

interface Hop {
  readonly from: { readonly ref: string };
  readonly to: { readonly ref: string };
  readonly edge: {
    readonly id: string;
    readonly name: string;
    readonly class: string;
    readonly remediation: string;
    readonly technique: { readonly name: string; readonly to: readonly string[] };
    readonly evidence: { readonly alternatives: readonly (readonly object[])[] };
  };
}

suite('paths', () => {
  const prod = shop('prod');
  const closing = new AsyncDisposableStack();
  let house: House;
  let served: Served;
  before(async () => {
    house = await openHouse(closing);
    await house.commit(prod.cluster, prod.delta());
    served = await serve(closing, house);
  });
  after(() => closing.disposeAsync());

  const paths = async (variables: object) => (await served.data(pathQuery, variables)).attackPaths;
  const fromInternet = { from: { set: 'INTERNET' }, to: { set: 'CLUSTER_ADMIN' } };

  test('the cheapest way from the Internet to cluster-admin, step by step', async () => {
    const { version, truncated, paths: found } = await paths({ ...fromInternet, first: 1 });
    assert.equal(truncated, null);
    assert.equal(version, (await served.data('{ version }')).version);
    const [path] = found;
    assert.equal(path.cost, 6);
    assert.equal(path.length, 4);
    const steps = path.hops.map(({ from, edge, to }: Hop) => [from.ref, edge.name, edge.class, to.ref]);
    assert.deepEqual(steps, [
      ['Internet', 'EXPOSE_LOAD_BALANCER', 'TECHNIQUE', 'Service/shop/web'],
      ['Service/shop/web', 'SERVICE_ENDPOINT', 'LINK', steps[1][3]],
      [steps[1][3], 'IDENTITY_ASSUME', 'TECHNIQUE', 'ServiceAccount/shop/web'],
      ['ServiceAccount/shop/web', 'PERMISSION_DISCOVER', 'LINK', 'PermissionSet/ci/web-edits-ci'],
      ['PermissionSet/ci/web-edits-ci', 'TOKEN_REQUEST', 'TECHNIQUE', 'ServiceAccount/ci/builder'],
      ['ServiceAccount/ci/builder', 'PERMISSION_DISCOVER', 'LINK', 'PermissionSet/builder-is-admin'],
      ['PermissionSet/builder-is-admin', 'CLUSTER_ADMIN_WILDCARD', 'TECHNIQUE', 'Cluster/prod'],
    ]);
    const token: Hop['edge'] = path.hops[4].edge;
    assert.equal(token.id, prod.ids.token);
    assert.match(token.remediation, /\w/);
    assert.equal(token.technique.name, 'TOKEN_REQUEST');
    assert.deepEqual(token.technique.to, ['SERVICE_ACCOUNT']);
    assert.deepEqual(token.evidence.alternatives, [
      [
        { object: 'Binding/ci/web-edits-ci', field: 'roleRef' },
        { object: 'Role/edit-ci', field: 'rules[0]' },
      ],
    ]);
  });

  test('paths come cheapest first, each once', async () => {
    const { paths: found } = await paths({ ...fromInternet, first: 30 });
    assert.equal(found.length, 30);
    assert.equal(new Set(found.map(({ id }: { id: string }) => id)).size, 30);
    const costs = found.map(({ cost }: { cost: number }) => cost);
    assert.deepEqual(
      costs,
      costs.toSorted((a: number, b: number) => a - b),
    );
  });

  test('maxHops and without take paths away', async () => {
    assert.deepEqual((await paths({ ...fromInternet, maxHops: 3 })).paths, []);
    assert.deepEqual((await paths({ ...fromInternet, without: [{ edge: prod.ids.token }] })).paths, []);
    assert.deepEqual((await paths({ ...fromInternet, without: [{ node: prod.ids.binding }] })).paths, []);
    const other = await paths({
      ...fromInternet,
      first: 1,
      without: [{ node: prod.ids.exposed }, { edge: prod.ids.exposed }],
    });
    assert.equal(other.paths[0].hops[0].edge.name, 'EXPOSE_INGRESS');
  });

  test('a selector takes ids, a kind, a kind with a filter, a set, a set of your own', async () => {
    const cost = async (from: object, to: object) => (await paths({ from, to, first: 1 })).paths[0]?.cost;
    const admin = { set: 'CLUSTER_ADMIN' };
    assert.equal(await cost({ ids: [prod.ids.builder, 'Pod.none'] }, admin), 0);
    assert.equal(await cost({ kind: 'SERVICE_ACCOUNT' }, { kind: 'CLUSTER' }), 0);
    assert.equal(await cost({ kind: 'SERVICE_ACCOUNT', filter: { namespace: { in: 'shop' } } }, admin), 1);
    assert.equal(await cost({ kind: 'POD', filter: { labels: { in: 'app=ci' } } }, admin), undefined);
    assert.equal(await cost({ set: 'CROWN_JEWELS' }, admin), undefined);
    await house.records.putNamedSet('default', 'CROWN_JEWELS', [prod.ids.builder ?? '']);
    await house.records.putNamedSet('default', 'front', [prod.ids.web ?? '']);
    assert.equal(await cost({ set: 'INTERNET' }, { set: 'CROWN_JEWELS' }), 6);
    assert.equal(await cost({ namedSet: 'front' }, admin), 2);
    assert.equal(await cost({ namedSet: 'nobody' }, admin), undefined);
  });

  const wrong: readonly (readonly [selector: object, message: RegExp])[] = [
    [{}, /`from` takes exactly one of ids, kind, set and namedSet; there is none/],
    [{ set: 'INTERNET', ids: ['x'] }, /there is ids and set/],
    [{ set: 'INTERNET', filter: {} }, /filter only beside a kind/],
    [{ kind: 'USER', filter: { labels: { in: 'a=b' } } }, /no field "labels"/],
    [{ ids: Array.from({ length: 10_001 }, () => 'x') }, /more than 10,000 nodes/],
  ];
  for (const [selector, message] of wrong) {
    test(`refuses the selector ${JSON.stringify(selector).slice(0, 60)}`, async () => {
      const { errors } = await served.ask(pathQuery, { from: selector, to: { set: 'CLUSTER_ADMIN' } });
      assert.equal(errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
      assert.match(errors[0].message, message);
    });
  }

  test('blast radius counts by kind and lists the cheapest first', async () => {
    const { blastRadius } = await served.data(
      `query ($id: ID!) { blastRadius(of: { ids: [$id] }) {
        version truncated { reason } counts { kind count } reached(first: 3) { cost hops node { ref } } all: reached(first: 1000) { node { id } }
      } }`,
      { id: prod.ids.webAccount },
    );
    assert.deepEqual(blastRadius.counts, [
      { kind: 'PERMISSION_SET', count: 2 },
      { kind: 'CLUSTER', count: 1 },
      { kind: 'SERVICE_ACCOUNT', count: 1 },
    ]);
    assert.deepEqual(blastRadius.reached[0], { cost: 0, hops: 0, node: { ref: 'PermissionSet/ci/web-edits-ci' } });
    assert.equal(blastRadius.all.length, 4);
    assert.equal(blastRadius.truncated, null);
  });

  test('exposures say which door, how, where, and what is behind', async () => {
    const { exposures } = await served.data(`{ exposures { totalCount nodes {
      id name technique { attack { id } } door { ref } addresses ports services { totalCount nodes { name pods(first: 1) { totalCount } } }
      evidence { alternatives { object field } }
    } } }`);
    const services = { totalCount: 1, nodes: [{ name: 'web', pods: { totalCount: 20 } }] };
    const technique = { attack: [{ id: 'T1190' }] };
    assert.equal(exposures.totalCount, 2);
    const [front, web] = exposures.nodes;
    assert.deepEqual(
      { ...front, id: '' },
      {
        id: '',
        name: 'EXPOSE_INGRESS',
        technique,
        door: { ref: 'Ingress/shop/front' },
        addresses: ['203.0.113.8'],
        ports: ['80/TCP', '443/TCP'],
        services,
        evidence: { alternatives: [[{ object: 'Ingress/shop/front', field: 'spec.rules' }]] },
      },
    );
    assert.deepEqual(
      [web.id, web.door.ref, web.addresses, web.ports],
      [prod.ids.exposed, 'Service/shop/web', ['203.0.113.7'], ['80/TCP', '443/TCP']],
    );
    assert.deepEqual(web.services, services);
    const some = await served.data(
      '{ exposures(filter: { technique: "EXPOSE_INGRESS", namespace: { in: "shop" } }) { nodes { name } } none: exposures(filter: { clusters: "x" }) { totalCount } }',
    );
    assert.deepEqual(some, { exposures: { nodes: [{ name: 'EXPOSE_INGRESS' }] }, none: { totalCount: 0 } });
    const { errors } = await served.ask('{ exposures(filter: { technique: "POD_EXEC" }) { totalCount } }');
    assert.match(errors?.[0]?.message ?? '', /No door is opened by "POD_EXEC"; there are EXPOSE_/);
  });

  test('a gateway is a door to what its routes may send to, and no further', async () => {
    const edge = chart('edge');
    const gateway = edge.node('Gateway', 'infra', 'front', { addresses: ['203.0.113.9'], ports: ['443/TCP'] });
    const service = (name: string) => edge.node('Service', 'shop', name, { type: 'ClusterIP' });
    const [web, refused, ungranted] = [service('web'), service('refused'), service('ungranted')];
    edge.step('EXPOSE_GATEWAY', edge.internet(), gateway, 4);
    for (const name of ['carried', 'refused']) {
      const route = edge.node('Route', 'shop', `HTTPRoute/${name}`, { routeKind: 'HTTPRoute' });
      edge.relationship('ATTACHES_TO', route, gateway, { listeners: ['*'] });
      const backend = name === 'carried' ? web : refused;
      for (const to of [backend, ungranted]) edge.relationship('ROUTES_TO', route, to, { routes: ['*/'] });
      edge.step('ROUTE_BACKEND', route, backend, null);
      if (name === 'carried') edge.step('GATEWAY_ROUTE', gateway, route, null);
    }
    await house.commit(edge.cluster, edge.delta());
    const { exposures } = await served.data(`{ exposures(filter: { clusters: "edge" }) { nodes {
      name door { ref } addresses ports services { totalCount nodes { name } }
    } } }`);
    assert.deepEqual(exposures.nodes, [
      {
        name: 'EXPOSE_GATEWAY',
        door: { ref: 'Gateway/infra/front' },
        addresses: ['203.0.113.9'],
        ports: ['443/TCP'],
        services: { totalCount: 1, nodes: [{ name: 'web' }] },
      },
    ]);
  });

  test('the techniques are those of this release', async () => {
    const { techniques } = await served.data(
      '{ techniques { name class from to difficulty summary precondition remediation references attack { id name version } } }',
    );
    const exec = techniques.find(({ name }: { name: string }) => name === 'POD_EXEC');
    assert.deepEqual([exec.class, exec.from, exec.to], ['TECHNIQUE', ['PERMISSION_SET'], ['POD']]);
    assert.ok(techniques.some((technique: { class: string }) => technique.class === 'LINK'));
    assert.ok(techniques.every((technique: { from: readonly string[] }) => technique.from.length > 0));
  });
});
