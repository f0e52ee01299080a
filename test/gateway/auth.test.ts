import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startGateway } from '../../gateway/start.ts';
import { StoreError } from '../../graph/store/errors.ts';
import { chart } from './chart.ts';
import { shop } from './shop.ts';
import { type House, memoryLog, openHouse, type Served, serve } from './testbed.ts';

const pods = '{ pods(first: 100) { nodes { ref cluster { name } } } }';

suite('auth', () => {
  const prod = shop('prod');
  const staging = chart('staging');
  const foreign = chart('foreign');
  const closing = new AsyncDisposableStack();
  let house: House;
  let folder: string;
  before(async () => {
    house = await openHouse(closing);
    folder = await mkdtemp(join(tmpdir(), 'portolan-auth-'));
    closing.defer(() => rm(folder, { recursive: true }));
    staging.node('Pod', 'shop', 'web');
    staging.node('Pod', 'lab', 'bench');
    foreign.node('Pod', 'shop', 'theirs');
    await house.commit(prod.cluster, prod.delta());
    await house.commit(staging.cluster, staging.delta());
    await house.commit(foreign.cluster, foreign.delta(), 'other');
  });
  after(() => closing.disposeAsync());

  /** What a caller sees, by cluster and namespace: `staging/lab`. */
  const seen = async ({ data }: Served, token: string) => {
    const { nodes } = (await data(pods, {}, token)).pods;
    const places = nodes.map(
      (pod: { ref: string; cluster: { name: string } }) => `${pod.cluster.name}/${pod.ref.split('/')[1]}`,
    );
    return [...new Set(places)].sort();
  };

  suite('without settings', () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
      test(`${host} is refused`, async () => {
        const options = { ...house, host, port: 0, logger: memoryLog().logger };
        await assert.rejects(
          startGateway(options),
          /refusing to listen on .* without authentication: set up JWT .* or a token file/,
        );
      });
    }

    test('settings that name nothing are refused', async () => {
      await assert.rejects(
        startGateway({ ...house, auth: {}, logger: memoryLog().logger }),
        /needs JWT settings .* a token file, or both/,
      );
    });
  });

  suite('a token file', () => {
    const file = async (name: string, content: string, mode = 0o600) => {
      const path = join(folder, name);
      await writeFile(path, content);
      await chmod(path, mode);
      return path;
    };
    const start = async (path: string) => serve(closing, house, { host: '127.0.0.1', auth: { tokenFile: path } });

    test('gives each token its own view', async () => {
      const served = await start(
        await file(
          'tokens.yaml',
          `tokens:
  - { token: everything-1234567, clusters: "*" }
  - { token: one-cluster-1234567, clusters: [prod] }
  - { token: by-id-1234567890123, clusters: ["${staging.cluster}", gone] }
  - { token: one-namespace-12345, clusters: "*", namespaces: [shop] }
  - { token: mixed-namespaces-12, clusters: [prod, staging], namespaces: [prod/ci, staging/lab] }
  - { token: other-tenant-123456, clusters: "*", tenant: other }
  - { token: nothing-at-all-1234, clusters: [gone] }
`,
        ),
      );
      assert.deepEqual(await seen(served, 'everything-1234567'), [
        'prod/ci',
        'prod/shop',
        'staging/lab',
        'staging/shop',
      ]);
      assert.deepEqual(await seen(served, 'one-cluster-1234567'), ['prod/ci', 'prod/shop']);
      assert.deepEqual(await seen(served, 'by-id-1234567890123'), ['staging/lab', 'staging/shop']);
      assert.deepEqual(await seen(served, 'one-namespace-12345'), ['prod/shop', 'staging/shop']);
      assert.deepEqual(await seen(served, 'mixed-namespaces-12'), ['prod/ci', 'staging/lab']);
      assert.deepEqual(await seen(served, 'other-tenant-123456'), ['foreign/shop']);
      assert.deepEqual(await seen(served, 'nothing-at-all-1234'), []);
      const { coverage } = await served.data('{ coverage { state gaps { totalCount } } }', {}, 'one-namespace-12345');
      assert.deepEqual(coverage, { state: 'RESTRICTED', gaps: { totalCount: 0 } });
    });

    test('without a good token nothing is told', async () => {
      const { inject } = await start(
        await file('one.yaml', '{"tokens": [{"token": "everything-1234567", "clusters": "*"}]}'),
      );
      for (const [url, method] of [
        ['/graphql', 'POST'],
        ['/metrics', 'GET'],
      ] as const) {
        for (const authorization of [
          undefined,
          'Bearer',
          'Bearer everything-1234568',
          'Basic everything-1234567',
          'everything-1234567',
        ]) {
          const headers = authorization === undefined ? {} : { authorization };
          const response = await inject({
            method,
            url,
            headers,
            ...(method === 'POST' && { payload: { query: '{ version }' } }),
          });
          assert.equal(response.statusCode, 401, `${url} with ${authorization}`);
          assert.match(String(response.headers['www-authenticate']), /^Bearer/);
          assert.equal(response.json().errors[0].extensions.code, 'UNAUTHENTICATED');
        }
      }
      assert.equal((await inject('/livez')).statusCode, 200);
      assert.equal((await inject('/readyz')).statusCode, 200);
    });

    test('a limit that is misspelt, or a file that says nothing, keeps the gateway from starting', async () => {
      const misspelt = 'tokens: [{ token: everything-1234567, clusters: "*", namespace: [shop] }]';
      for (const [path, message] of [
        [await file('misspelt.yaml', misspelt), /tokens\[0\]: there is no `namespace`; there are token, .*namespaces/],
        [await file('torn.yaml', 'tokens: ['), /torn\.yaml is not YAML/],
        [join(folder, 'nowhere.yaml'), /nowhere\.yaml cannot be read: ENOENT/],
      ] as const)
        await assert.rejects(start(path), message);
    });

    test('a store that is out of reach is no reason to show more, or less', async () => {
      const find = () => Promise.reject(new StoreError('UPSTREAM_UNAVAILABLE', 'cannot open /var/lib/graph.db'));
      const tokenFile = await file('two.yaml', 'tokens: [{token: one-cluster-1234567, clusters: [prod]}]');
      const { ask } = await serve(closing, { ...house, store: { ...house.store, find } }, { auth: { tokenFile } });
      const answer = await ask('{ version }', {}, 'one-cluster-1234567');
      assert.equal(answer.status, 503);
      assert.equal(answer.errors?.[0]?.extensions.code, 'UPSTREAM_UNAVAILABLE');
      assert.doesNotMatch(JSON.stringify(answer), /var/);
    });

    const bad: readonly (readonly [why: string, content: string, mode: number, message: RegExp])[] = [
      [
        'is open to everybody',
        'tokens: [{token: everything-1234567, clusters: "*"}]',
        0o644,
        /open to every user of this machine: chmod 600/,
      ],
      [
        'has a short token',
        'tokens: [{token: short, clusters: "*"}]',
        0o600,
        /tokens\[0\]: `token` must have at least 16/,
      ],
      ['names no clusters', 'tokens: [{token: everything-1234567}]', 0o600, /tokens\[0\]: `clusters` must be a list/],
      [
        'names a node that may not send',
        'tokens: [{token: everything-1234567, clusters: [prod], node: worker-1}]',
        0o600,
        /tokens\[0\]: `node` must be the name of a node, beside `ingest`/,
      ],
      ['is empty', '', 0o600, /needs a list `tokens`/],
    ];
    for (const [why, content, mode, message] of bad) {
      test(`that ${why} is refused`, async () => {
        await assert.rejects(start(await file('bad.yaml', content, mode)), message);
      });
    }
  });

  suite('JWT', () => {
    const issuer = 'https://issuer.example';
    const audience = 'portolan';
    let served: Served;
    let sign: (claims: object, change?: (jwt: SignJWT) => SignJWT, alg?: string) => Promise<string>;
    before(async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256');
      const stranger = await generateKeyPair('ES256');
      const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'ES256', use: 'sig' }] });
      const provider = createServer((_request, response) =>
        response.setHeader('content-type', 'application/json').end(keys),
      );
      await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
      closing.defer(() => new Promise<void>((resolve) => provider.close(() => resolve())));
      const jwksUri = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`;
      served = await serve(closing, house, { auth: { jwt: { issuer, audience, jwksUri } } });
      sign = (claims, change = (jwt) => jwt, key = 'ours') => {
        const jwt = new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'a' });
        const whole = jwt.setIssuer(issuer).setAudience(audience).setExpirationTime('5m');
        return change(whole).sign(key === 'ours' ? privateKey : stranger.privateKey);
      };
    });

    test('claims become the scope', async () => {
      assert.deepEqual(await seen(served, await sign({ portolan_clusters: '*' })), [
        'prod/ci',
        'prod/shop',
        'staging/lab',
        'staging/shop',
      ]);
      const claims = { portolan_clusters: ['staging'], portolan_namespaces: ['lab'] };
      assert.deepEqual(await seen(served, await sign(claims)), ['staging/lab']);
      assert.deepEqual(await seen(served, await sign({ portolan_clusters: '*', portolan_tenant: 'other' })), [
        'foreign/shop',
      ]);
    });

    const all = { portolan_clusters: '*' };
    const refused: readonly (readonly [why: string, status: number, token: () => Promise<string>, message: RegExp])[] =
      [
        ['another issuer', 401, () => sign(all, (jwt) => jwt.setIssuer('https://evil.example')), /"iss"/],
        ['another audience', 401, () => sign(all, (jwt) => jwt.setAudience('grafana')), /"aud"/],
        ['an expired token', 401, () => sign(all, (jwt) => jwt.setExpirationTime('-1m')), /"exp"/],
        ['a key of its own', 401, () => sign(all, undefined, 'stranger'), /signature/],
        ['no clusters', 403, () => sign({}), /claim portolan_clusters must be a list/],
        ['a tenant that is no text', 403, () => sign({ ...all, portolan_tenant: 7 }), /claim portolan_tenant/],
        ['a node and no right to send', 403, () => sign({ ...all, portolan_node: 'worker-1' }), /claim portolan_node/],
        [
          'no signature',
          401,
          async () => `${btoa('{"alg":"none"}')}.${btoa('{"iss":"https://issuer.example"}')}.`,
          /refused/,
        ],
      ];
    for (const [why, status, token, message] of refused) {
      test(`a token with ${why} is refused`, async () => {
        const answer = await served.ask('{ version }', {}, await token());
        assert.equal(answer.status, status);
        assert.match(answer.errors?.[0]?.message ?? '', message);
      });
    }

    test('a provider that is down is no reason to refuse tokens for good', async () => {
      const down = await serve(closing, house, {
        auth: { jwt: { issuer, audience, jwksUri: 'http://127.0.0.1:9/jwks' } },
      });
      const answer = await down.ask('{ version }', {}, await sign(all));
      assert.equal(answer.status, 503);
      assert.equal(answer.errors?.[0]?.extensions.code, 'UPSTREAM_UNAVAILABLE');
    });

    test('keys come over https', async () => {
      const jwt = { issuer, audience, jwksUri: 'http://issuer.example/jwks' };
      await assert.rejects(
        startGateway({ ...house, auth: { jwt }, logger: memoryLog().logger }),
        /must begin with https/,
      );
    });
  });
});
