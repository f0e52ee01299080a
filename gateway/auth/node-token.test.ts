import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { nodeTokens, type TokenCluster } from './node-token.ts';

const issuer = 'https://kubernetes.default.svc.cluster.local'; // which clusters of kubeadm share
const logger = pino({ level: 'silent' });

async function clusterNamed(name: string, claims: object = {}) {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: `key of ${name}`, alg: 'RS256', use: 'sig' };
  const asked = { times: 0, keys: [key] as object[], fails: false };
  const cluster: TokenCluster = {
    id: `Cluster.${name}`,
    name,
    keys: async () => {
      asked.times++;
      if (asked.fails) throw new Error('it does not answer');
      return { issuer, keys: asked.keys as Record<string, unknown>[] };
    },
  };
  const sign = (changes: object = {}, kid = key.kid, expires = '5m'): Promise<string> =>
    new SignJWT({
      aud: ['portolan'],
      sub: 'system:serviceaccount:portolan-sensor:sensor',
      'kubernetes.io': { namespace: 'portolan-sensor', node: { name: 'worker-1', uid: 'u' } },
      ...claims,
      ...changes,
    })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(issuer)
      .setExpirationTime(expires)
      .sign(privateKey);
  return { cluster, sign, asked, key };
}

const [prod, staging] = [await clusterNamed('prod'), await clusterNamed('staging')];

test('a token speaks for the node that it is bound to, of the cluster whose keys have signed it', async () => {
  const knows = nodeTokens(() => [prod.cluster, staging.cluster], 'acme', logger);
  assert.partialDeepStrictEqual(await knows(await staging.sign()), {
    tenant: 'acme',
    clusters: ['Cluster.staging'],
    node: 'worker-1',
    mayIngest: true,
    mayRead: false,
    mayWrite: false,
  });
  const times = prod.asked.times + staging.asked.times;
  assert.deepEqual((await knows(await prod.sign()))?.clusters, ['Cluster.prod']);
  assert.equal(prod.asked.times + staging.asked.times, times, 'keys are remembered');
});

test('what no cluster has signed is for others to judge', async () => {
  const knows = nodeTokens(() => [prod.cluster], 'acme', logger);
  assert.equal(await knows('a-token-of-a-file'), null);
  assert.equal(await knows(await staging.sign()), null);
  assert.equal(await knows(await prod.sign({ 'kubernetes.io': undefined })), null);
});

test('a token that is no good is refused, with the reason', async () => {
  const knows = nodeTokens(() => [prod.cluster], 'acme', logger);
  for (const [token, code, message] of [
    [await prod.sign({ aud: ['https://kubernetes.default.svc'] }), 'UNAUTHENTICATED', /"aud"/],
    [await prod.sign({}, undefined, '-1m'), 'UNAUTHENTICATED', /"exp"/],
    [await staging.sign({}, 'key of prod'), 'UNAUTHENTICATED', /signature/],
    [await prod.sign({ sub: 'system:serviceaccount:shop:web' }), 'FORBIDDEN', /system:serviceaccount:shop:web/],
    [await prod.sign({ 'kubernetes.io': { namespace: 'x' } }), 'FORBIDDEN', /names no node/],
  ] as const) {
    await assert.rejects(knows(token), (error: Error & { extensions?: { code?: string } }) => {
      assert.equal(error.extensions?.code, code);
      assert.match(error.message, message);
      return true;
    });
  }
});

test('a cluster that takes the name of another’s key, or its key, gets nothing by it', async () => {
  const evil = await clusterNamed('evil');
  evil.asked.keys = [{ ...evil.key, kid: prod.key.kid }];
  const knows = nodeTokens(() => [evil.cluster, prod.cluster], 'acme', logger);
  assert.deepEqual((await knows(await prod.sign()))?.clusters, ['Cluster.prod']);
  evil.asked.keys = [prod.key];
  const anew = nodeTokens(() => [evil.cluster, prod.cluster], 'acme', logger);
  await assert.rejects(anew(await prod.sign()), /evil and prod sign with the same keys/);
});

test('keys that are new are asked for, but not at every token', async () => {
  let now = 0;
  const own = await clusterNamed('rotating');
  own.asked.fails = true;
  const knows = nodeTokens(
    () => [own.cluster],
    'acme',
    logger,
    () => now,
  );
  const token = await own.sign();
  assert.deepEqual([await knows(token), await knows(token), own.asked.times], [null, null, 1]);
  own.asked.fails = false;
  now += 31_000;
  const both = await Promise.all([knows(token), knows(token)]);
  assert.deepEqual(
    both.map((caller) => caller?.node),
    ['worker-1', 'worker-1'],
  );
  assert.equal(own.asked.times, 2);
});
