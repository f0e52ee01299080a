import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import type { GraphNode } from '../../graph/model/graph.ts';
import { nodeId } from '../../graph/model/id.ts';
import type { Scope } from '../../graph/model/scope.ts';
import { nodeTokens, type TokenCluster } from './node-token.ts';

const issuer = 'https://kubernetes.default.svc.cluster.local'; // which clusters of kubeadm share
const logger = pino({ level: 'silent' });
/** Pods that the graph has, by their id, and when they were deleted. */
const pods = new Map<string, { readonly deletedAt: string | null }>();
const charted = { nodes: async (_scope: Scope, ids: readonly string[]) => ids.map((id) => pods.get(id) as GraphNode) };

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
  const knows = nodeTokens(() => [prod.cluster, staging.cluster], 'acme', charted, logger);
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
  const knows = nodeTokens(() => [prod.cluster], 'acme', charted, logger);
  assert.equal(await knows('a-token-of-a-file'), null);
  assert.equal(await knows(await staging.sign()), null);
  assert.equal(await knows(await prod.sign({ 'kubernetes.io': undefined })), null);
});

test('a token that is no good is refused, with the reason', async () => {
  const knows = nodeTokens(() => [prod.cluster], 'acme', charted, logger);
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

test('a token ends with its pod, once the graph has that as deleted in its own cluster', async () => {
  const knows = nodeTokens(() => [prod.cluster], 'acme', charted, logger);
  const uid = '5f0c1f0e-0f5e-4b0c-9d7e-2f9d0a6b1c11';
  const token = await prod.sign({ 'kubernetes.io': { node: { name: 'worker-1' }, pod: { name: 'sensor-x', uid } } });
  const node = async () => (await knows(token))?.node;
  const id = nodeId('Pod', prod.cluster.id, uid);
  assert.equal(await node(), 'worker-1', 'not charted yet');
  pods.set(nodeId('Pod', staging.cluster.id, uid), { deletedAt: '2026-01-02T03:04:05.000Z' });
  pods.set(id, { deletedAt: null });
  assert.equal(await node(), 'worker-1');
  pods.set(id, { deletedAt: '2026-01-02T03:04:05.000Z' });
  await assert.rejects(node(), /its pod has been deleted/);
});

test('a cluster that takes the name of another’s key, or its key, gets nothing by it', async () => {
  const evil = await clusterNamed('evil');
  evil.asked.keys = [{ ...evil.key, kid: prod.key.kid }];
  const knows = nodeTokens(() => [evil.cluster, prod.cluster], 'acme', charted, logger);
  assert.deepEqual((await knows(await prod.sign()))?.clusters, ['Cluster.prod']);
  evil.asked.keys = [prod.key];
  const anew = nodeTokens(() => [evil.cluster, prod.cluster], 'acme', charted, logger);
  await assert.rejects(anew(await prod.sign()), /evil and prod sign with the same keys/);
});

test('keys that are new are asked for, but not at every token', async () => {
  let now = 0;
  const own = await clusterNamed('rotating');
  own.asked.fails = true;
  const knows = nodeTokens(
    () => [own.cluster],
    'acme',
    charted,
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
