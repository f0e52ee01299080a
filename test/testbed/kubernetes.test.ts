import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { kubernetesMissing, sharedKubernetes, startKubernetes } from './kubernetes.ts';
import { isRunning } from './temporary.ts';

interface List<Item> {
  readonly items: readonly Item[];
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly phase: string; readonly podIP?: string };
}

describe('the Kubernetes testbed', { skip: await kubernetesMissing(), concurrency: true }, () => {
  test('runs Deployments and Jobs, and deleted pods vanish', async () => {
    const kubernetes = await sharedKubernetes();
    const namespace = await kubernetes.createNamespace('testbed');
    const node = { metadata: { name: namespace, labels: { only: namespace } } };
    assert.equal((await kubernetes.request('POST', '/api/v1/nodes', node)).status, 201);
    const pods = async (): Promise<readonly Pod[]> =>
      (await kubernetes.request<List<Pod>>('GET', `/api/v1/namespaces/${namespace}/pods`)).body.items;

    await kubernetes.kubectl(['-n', namespace, 'create', 'deployment', 'web', '--image=web:1', '--replicas=2']);
    await kubernetes.kubectl(['-n', namespace, 'create', 'job', 'once', '--image=once:1']);
    await eventually(async () => {
      const found = (await pods()).map(({ metadata, status }) => `${metadata.name.split('-')[0]} ${status.phase}`);
      assert.deepEqual(found.sort(), ['once Succeeded', 'web Running', 'web Running']);
    });
    assert.equal(new Set((await pods()).map(({ status }) => status.podIP)).size, 3);

    await kubernetes.kubectl(['-n', namespace, 'delete', 'deployment,job', '--all', '--wait=false']);
    await eventually(async () => assert.deepEqual(await pods(), []));
    await kubernetes.request('DELETE', `/api/v1/nodes/${namespace}`);
  });

  test('answers as the impersonated user, and to kubeconfigs of users', async () => {
    const kubernetes = await sharedKubernetes();
    const namespace = await kubernetes.createNamespace('testbed');
    const grant = ['create', 'rolebinding', 'view', '--clusterrole=view', '--group=viewers', '-n', namespace];
    await kubernetes.kubectl(grant);
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const asViewer = { as: 'alice', asGroups: ['viewers'] };
    assert.equal((await kubernetes.request('GET', path, undefined, asViewer)).status, 200);
    assert.equal((await kubernetes.request('GET', path, undefined, { as: 'alice' })).status, 403);

    const kubeconfig = kubernetes.kubeconfigFor({ user: 'alice', groups: ['viewers'] });
    const mine = ['--kubeconfig', kubeconfig, '-n', namespace];
    assert.equal(await kubernetes.kubectl([...mine, 'get', 'pods', '-o', 'name']), '');
    await assert.rejects(
      kubernetes.kubectl([...mine, 'get', 'secrets']),
      /User "alice" cannot list resource "secrets"/,
    );

    const token = await kubernetes.kubectl(['-n', namespace, 'create', 'token', 'default']);
    const bearer = kubernetes.kubeconfigFor({ token: token.trim() });
    const name = `system:serviceaccount:${namespace}:default`;
    assert.match(await kubernetes.kubectl(['--kubeconfig', bearer, 'auth', 'whoami']), new RegExp(name));
  });

  test('keeps its state and address over a killed API server, and stops', async () => {
    const kubernetes = await startKubernetes();
    try {
      const namespace = await kubernetes.createNamespace('kept');
      await kubernetes.killApiServer();
      await assert.rejects(kubernetes.request('GET', '/version'), /ECONNREFUSED|ECONNRESET|socket hang up/);
      await kubernetes.startApiServer();
      assert.equal((await kubernetes.request('GET', `/api/v1/namespaces/${namespace}`)).status, 200);
    } finally {
      await kubernetes.stop();
    }
    for (const { pid } of kubernetes.servers.values()) assert.equal(isRunning(pid), false);
  });

  test('leaves nothing running when the test process is killed', async () => {
    const module = pathToFileURL(new URL('kubernetes.ts', import.meta.url).pathname);
    const script = `
      const { startKubernetes } = await import(${JSON.stringify(module)});
      const { servers } = await startKubernetes();
      console.log(JSON.stringify([...servers.values()].map(({ pid }) => pid)));
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let pids: readonly number[];
    try {
      const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line');
      pids = JSON.parse(String(line)) as readonly number[];
      assert.deepEqual(pids.map(isRunning), [true, true]);
    } finally {
      child.kill('SIGKILL');
    }
    await eventually(() => assert.deepEqual(pids.map(isRunning), [false, false]), 5);
  });
});

/** Tries again until it holds, for so many seconds. */
async function eventually(holds: () => void | Promise<void>, seconds = 30): Promise<void> {
  for (const limit = Date.now() + seconds * 1000; ; await sleep(100)) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > limit) throw error;
    }
  }
}
