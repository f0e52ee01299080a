import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Delta } from '../../graph/model/graph.ts';
import { random, seeds } from '../property/random.ts';
import { documents } from './documents.ts';
import { shop } from './shop.ts';
import { neo4j, sqlite } from './stores.ts';
import { openHouse, type Served, serve } from './testbed.ts';
import { randomWorld } from './world.ts';

interface World {
  readonly name: string;
  /** Cluster by cluster, what is committed. */
  readonly clusters: readonly { readonly cluster: string; readonly deltas: readonly Delta[] }[];
}

const prod = shop('prod');
const worlds: readonly World[] = [
  { name: 'the shop', clusters: [{ cluster: prod.cluster, deltas: [prod.delta()] }] },
  ...seeds(1).map((seed) => ({
    name: `a random world (seed ${seed})`,
    clusters: randomWorld(random(seed), ['a', 'b']),
  })),
];

const limits = { cost: 1e9 };

for (const { name, clusters } of worlds) {
  describe(`of ${name} SQLite and Neo4j tell the same`, { skip: neo4j.skip }, () => {
    const closing = new AsyncDisposableStack();
    let served: readonly Served[];
    before(async () => {
      const opened = [sqlite, neo4j].map(async (store) => {
        const house = await openHouse(closing, store);
        for (const { cluster, deltas } of clusters) for (const delta of deltas) await house.commit(cluster, delta);
        return serve(closing, house, { limits });
      });
      served = await Promise.all(opened);
    });
    after(() => closing.disposeAsync());

    const told = async (query: string, variables?: object): Promise<string> => {
      const [one, other] = await Promise.all(
        served.map(async ({ ask }) => JSON.stringify(await ask(query, variables))),
      );
      assert.equal(other, one);
      return one as string;
    };

    const source = random(1);
    const nodes = clusters.flatMap(({ deltas }) => deltas.flatMap(({ nodes }) => nodes.map(({ id }) => id)));
    for (const document of documents([...source.shuffle(nodes).slice(0, 40), 'Pod.unknown'])) {
      test(document.name, async () => {
        const answer = await told(document.query, document.variables);
        assert.doesNotMatch(answer, /INTERNAL_SERVER_ERROR|UPSTREAM_UNAVAILABLE/);
      });
    }

    for (const order of ['REF', 'NAME', 'PHASE', 'CREATED_AT', 'ID']) {
      for (const direction of ['ASC', 'DESC']) {
        test(`every page of the pods by ${order}, ${direction}`, async () => {
          const query = `query ($after: String) { pods(first: 3, after: $after, orderBy: { field: ${order}, direction: ${direction} }, filter: { name: { contains: "-" } }) {
            pageInfo { hasNextPage endCursor } nodes { id } } }`;
          const ids: string[] = [];
          for (let after: string | null = null, pages = 0; pages === 0 || after !== null; pages++) {
            assert.ok(pages < 50, 'pages end');
            const answer: string = await told(query, { after });
            const { pods } = JSON.parse(answer).data;
            ids.push(...pods.nodes.map(({ id }: { readonly id: string }) => id));
            after = pods.pageInfo.hasNextPage ? pods.pageInfo.endCursor : null;
          }
          assert.equal(new Set(ids).size, ids.length, 'no pod twice');
          const { pods } = JSON.parse(await told('{ pods(filter: { name: { contains: "-" } }) { totalCount } }')).data;
          assert.equal(ids.length, pods.totalCount, 'no pod left out');
        });
      }
    }
  });
}
