import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../graph/store/errors.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { shop } from './shop.ts';
import { type House, memoryLog, openHouse, serve } from './testbed.ts';

suite('limits and errors', () => {
  const prod = shop('prod');
  const closing = new AsyncDisposableStack();
  let house: House;
  before(async () => {
    house = await openHouse(closing);
    await house.commit(prod.cluster, prod.delta());
  });
  after(() => closing.disposeAsync());

  /** A gateway whose store differs in some methods. */
  const over = (methods: Partial<GraphStore>, options: Parameters<typeof serve>[2] = {}) =>
    serve(closing, { ...house, store: { ...house.store, ...methods } }, options);

  const error = (answer: Awaited<ReturnType<Awaited<ReturnType<typeof serve>>['ask']>>) => answer.errors?.[0];

  test('an answer says what it cost', async () => {
    const { ask } = await serve(closing, house);
    const answer = await ask(
      '{ pods(first: 20) { nodes { name node { name } containers(first: 10) { edges { node { image } } } } } }',
    );
    // 20 pods, a node each, 10 containers each.
    assert.equal(answer.extensions?.cost, 20 + 20 * (1 + 10));
  });

  test('what follows the version in a document is read after it', async () => {
    const { store } = house;
    const steps: string[] = [];
    const { ask } = await over({
      version: async (tenant) => {
        await sleep(20);
        const version = await store.version(tenant);
        steps.push('version');
        return version;
      },
      find: (...query) => {
        steps.push('find');
        return store.find(...query);
      },
      trees: (...query) => {
        steps.push('trees');
        return store.trees(...query);
      },
    });
    const answer = await ask('{ version pods(first: 1) { nodes { name node { name } } } }');
    assert.equal(answer.errors, undefined);
    assert.deepEqual(steps, ['version', 'find', 'trees']);
  });

  const nested = (depth: number) =>
    `{ pods { nodes ${'{ node { pods { nodes '.repeat(depth)}{ name }${' } } }'.repeat(depth)} } }`;
  const refused: readonly (readonly [what: string, query: string, variables: object, code: string, message: RegExp])[] =
    [
      ['depth', nested(8), {}, 'DEPTH_LIMIT_EXCEEDED', /nests 27 fields deep; the limit is 20/],
      [
        'depth behind fragments',
        `${nested(4).replace('{ name }', '{ ...deep }')} fragment deep on Pod { node { pods { nodes { node { pods { nodes { node { pods { nodes { name } } } } } } } } } }`,
        {},
        'DEPTH_LIMIT_EXCEEDED',
        /limit is 20/,
      ],
      [
        'cost',
        '{ pods(first: 1000) { nodes { containers(first: 1000) { nodes { image } } } } }',
        {},
        'COST_LIMIT_EXCEEDED',
        /costs 1001000; the limit is 250000/,
      ],
      [
        'cost by variables',
        'query ($n: Int = 1000) { pods(first: $n) { nodes { containers(first: $n) { totalCount } } } }',
        {},
        'COST_LIMIT_EXCEEDED',
        /costs 1001000/,
      ],
      [
        'cost of a search',
        '{ attackPaths(from: { set: INTERNET }, to: { set: CLUSTER_ADMIN }, first: 1000, maxHops: 64) { paths { hops { from { id } to { id } edge { technique { name } } } } } }',
        {},
        'COST_LIMIT_EXCEEDED',
        /the limit is 250000/,
      ],
      [
        'aliases',
        `{ ${Array.from({ length: 51 }, (_, i) => `a${i}: version`).join(' ')} }`,
        {},
        'ALIAS_LIMIT_EXCEEDED',
        /has 51 aliases; the limit is 50/,
      ],
      ['tokens', `{ ${'version '.repeat(5_001)} }`, {}, 'GRAPHQL_PARSE_FAILED', /more \w+ 5000 tokens/],
      [
        'fragment cycles',
        '{ pods { nodes { ...a } } } fragment a on Pod { node { pods { nodes { ...a } } } }',
        {},
        'GRAPHQL_VALIDATION_FAILED',
        /Cannot spread fragment "a" within itself/,
      ],
    ];
  for (const [what, query, variables, code, message] of refused) {
    test(`refuses too much ${what} before it runs`, async () => {
      const { ask } = await over({ find: () => assert.fail('nothing may run') });
      const answer = await ask(query, variables);
      assert.equal(answer.status, 400);
      assert.equal(error(answer)?.extensions.code, code);
      assert.match(error(answer)?.message ?? '', message);
      assert.equal(answer.data, undefined);
    });
  }

  test('fragments that multiply are measured in an instant, and refused', async () => {
    const { ask } = await serve(closing, house);
    const fragments = Array.from(
      { length: 30 },
      (_, i) => `fragment f${i} on Pod { a${i}: node { id } ...f${i + 1} ...f${i + 1} }`,
    );
    const started = performance.now();
    const answer = await ask(`{ pods { nodes { ...f0 } } } ${fragments.join(' ')} fragment f30 on Pod { id }`);
    assert.ok(performance.now() - started < 2_000);
    assert.equal(answer.status, 400);
  });

  test('a body that is too large is refused with its size', async () => {
    const { inject } = await serve(closing, house, { limits: { bodyBytes: 1_000 } });
    const payload = { query: `{ version } #${'x'.repeat(2_000)}` };
    const response = await inject({ method: 'POST', url: '/graphql', payload });
    assert.equal(response.statusCode, 413);
    assert.match(response.body, /The body has 20\d\d bytes; the limit is 1000 bytes/);
  });

  test('batches are refused', async () => {
    const { inject } = await serve(closing, house);
    const response = await inject({ method: 'POST', url: '/graphql', payload: [{ query: '{ version }' }] });
    assert.equal(response.statusCode, 400);
  });

  test('a form of another site cannot ask (CSRF)', async () => {
    const { inject } = await serve(closing, house);
    const get = await inject({ method: 'GET', url: `/graphql?query=${encodeURIComponent('{version}')}` });
    assert.equal(get.statusCode, 400);
    const headers = { 'apollo-require-preflight': '1' };
    const asked = await inject({ method: 'GET', url: `/graphql?query=${encodeURIComponent('{version}')}`, headers });
    assert.equal(asked.statusCode, 200);
  });

  const misused: readonly (readonly [query: string, message: RegExp])[] = [
    ['{ pods(first: 0) { totalCount } }', /`first` must be from 1 to 1,000, not 0/],
    ['{ pods(first: 1001) { totalCount } }', /not 1001/],
    ['{ pods(after: "nonsense") { nodes { id } } }', /cursor/],
    ['{ facets(kind: POD, by: ["nonsense"]) { count } }', /no field "nonsense"/],
    ['{ facets(kind: POD, by: []) { count } }', /`by` must be from 1 to 4, not 0/],
    ['{ blastRadius(of: { set: INTERNET }, maxHops: 65) { version } }', /`maxHops` must be from 1 to 64, not 65/],
    [
      '{ attackPaths(from: { set: INTERNET }, to: { set: INTERNET }, without: [{}]) { version } }',
      /exactly one of node and edge/,
    ],
    [
      '{ namespaces(filter: { pods: { some: { containers: { some: { pod: { some: {} } } } } } }) { totalCount } }',
      /relationships at most 2 deep/,
    ],
  ];
  for (const [query, message] of misused) {
    test(`says what is wrong with ${query}`, async () => {
      const answer = await (await serve(closing, house)).ask(query);
      assert.equal(error(answer)?.extensions.code, 'BAD_USER_INPUT');
      assert.match(error(answer)?.message ?? '', message);
    });
  }

  test('what is not meant for callers is masked; the log has it under the id', async () => {
    const { logger, lines } = memoryLog();
    const find = () => Promise.reject(new Error('SELECT secret FROM table'));
    const answer = await (await over({ find }, { logger })).ask('{ pods { nodes { id } } }');
    const { message, extensions } = error(answer) ?? assert.fail();
    assert.equal(extensions.code, 'INTERNAL_SERVER_ERROR');
    assert.doesNotMatch(JSON.stringify(answer), /SELECT|stack/);
    assert.match(message, new RegExp(String(extensions.id)));
    const logged = lines.find((line) => line.includes(String(extensions.id)));
    assert.match(logged ?? '', /SELECT secret FROM table/);
  });

  test('a store out of reach is said, its address is not', async () => {
    const find = () => Promise.reject(new StoreError('UPSTREAM_UNAVAILABLE', 'cannot open /var/lib/graph.db'));
    const answer = await (await over({ find })).ask('{ pods { nodes { id } } version }');
    assert.equal(error(answer)?.extensions.code, 'UPSTREAM_UNAVAILABLE');
    assert.doesNotMatch(JSON.stringify(answer), /var/);
  });

  test('a request that takes too long ends', async () => {
    const { ask } = await over({ find: () => new Promise(() => {}) }, { limits: { timeoutMs: 100 } });
    const answer = await ask('{ pods { nodes { id } } }');
    assert.equal(error(answer)?.extensions.code, 'TIMEOUT');
    assert.match(error(answer)?.message ?? '', /longer than 100 ms/);
  });

  test('a request whose client has gone asks the store nothing more', async () => {
    let asked = 0;
    const entered = Promise.withResolvers<void>();
    const { url } = await over({
      find: async (...query) => {
        asked++;
        entered.resolve();
        await sleep(200);
        return house.store.find(...query);
      },
      trees: () => assert.fail('the client has gone'),
    });
    const leaving = new AbortController();
    const request = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ pods { nodes { node { name } } } }' }),
      signal: leaving.signal,
    });
    await entered.promise;
    leaving.abort();
    await assert.rejects(request, { name: 'AbortError' });
    await sleep(400);
    assert.equal(asked, 1);
  });

  test('the number of statements does not grow with the number of rows', async () => {
    const calls: string[] = [];
    const counted = new Proxy(house.store, {
      get: (store, name: keyof GraphStore) => {
        const method = store[name];
        return (...given: unknown[]) => {
          calls.push(name);
          return Reflect.apply(method, store, given);
        };
      },
    });
    const { data } = await serve(closing, { ...house, store: counted });
    const dashboard = `query ($first: Int!) { pods(filter: { namespace: { in: "shop" } }, first: $first) {
      totalCount
      nodes { name phase cluster { name } node { name kubeletVersion } serviceAccount { name bindings { totalCount } }
        containers { totalCount nodes { name image } } services { nodes { name } } }
    } }`;
    const statements = async (first: number) => {
      calls.length = 0;
      await data(dashboard, { first });
      return calls.toSorted();
    };
    const few = await statements(1);
    // Pods, their number, all that hangs from them, and their cluster.
    assert.deepEqual(few, ['count', 'find', 'nodes', 'trees', 'version']);
    assert.deepEqual(await statements(20), few);
  });
});
