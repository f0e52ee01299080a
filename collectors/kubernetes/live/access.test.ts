import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AccessError, openAccess } from './access.ts';
import { identifyCluster } from './identify.ts';

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
}

function kubeconfig(t: TestContext, { cluster = {}, user = {} }: Parts = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = {
    clusters: [
      { name: 'arn:aws:eks:eu-west-1:1:cluster/prod', cluster: { server: 'https://127.0.0.1:1/', ...cluster } },
    ],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'arn:aws:eks:eu-west-1:1:cluster/prod', user: 'u' } }],
    'current-context': 'x',
  };
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, JSON.stringify(config));
  writeFileSync(join(folder, 'token'), 'of-a-file\n');
  return file;
}

test('a configuration that leads nowhere says what to do', async (t) => {
  const file = kubeconfig(t);
  for (const [config, message] of [
    [{ kubeconfig: `${file}.missing` }, /^the kubeconfig cannot be read: ENOENT/],
    [{ kubeconfig: file, context: 'y' }, /has no context y; it has x$/],
    [{ kubeconfig: kubeconfig(t, { cluster: { 'proxy-url': 'socks5://127.0.0.1:1' } }) }, /use an HTTP proxy/],
  ] as const) {
    await assert.rejects(openAccess(config), (error) => error instanceof AccessError && message.test(error.message));
  }
});

test('every request bears the credentials of its time', async (t) => {
  const basic = await openAccess({ kubeconfig: kubeconfig(t, { user: { username: 'a', password: 'b' } }) });
  assert.deepEqual(await basic.headers(), { Authorization: `Basic ${btoa('a:b')}` });

  // What client-node makes of the service account around a pod: the token is a file that the kubelet renews.
  const tokenFile = join(kubeconfig(t), '../token');
  const provider = { name: 'tokenFile', config: { tokenFile } };
  const renewed = await openAccess({ kubeconfig: kubeconfig(t, { user: { 'auth-provider': provider } }) });
  assert.deepEqual(await renewed.headers(), { Authorization: 'Bearer of-a-file' });

  const args = ['-c', 'echo "{\\"status\\": {\\"token\\": \\"of-a-plugin\\"}}"'];
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args };
  const plugin = await openAccess({ kubeconfig: kubeconfig(t, { user: { exec } }) });
  assert.deepEqual(await plugin.headers(), { Authorization: 'Bearer of-a-plugin' });
});

test('a server that does not answer is an error, not a cluster', async (t) => {
  await assert.rejects(identifyCluster({ kubeconfig: kubeconfig(t) }), /ECONNREFUSED/);
});
