import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { kubernetesMissing, sharedKubernetes } from '../testbed/kubernetes.ts';
import { neo4jMissing, sharedNeo4j } from '../testbed/neo4j.ts';
import { type Running, up } from './portolan.ts';

const skip = (await neo4jMissing()) || (await kubernetesMissing());
const folder = mkdtempSync(join(tmpdir(), 'portolan-replicas-'));
const running: Running[] = [];
after(async () => {
  for (const gateway of running) await gateway.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** A lease that nobody renews ends after 10 s; the next holder then charts the cluster anew. */
const takeOverMs = 40_000;

const document = `query ($name: String!) {
  pods(filter: { name: { in: [$name] } }) { totalCount }
  attackPaths(from: { kind: POD, filter: { name: { in: [$name] } } }, to: { kind: CONTAINER }, first: 1) { paths { cost } }
}`;

interface Answer {
  readonly pods: { readonly totalCount: number };
  readonly attackPaths: { readonly paths: readonly unknown[] };
}

async function shows(gateway: Running, name: string, withinMs: number): Promise<void> {
  let answer: Answer | undefined;
  for (const limit = Date.now() + withinMs; Date.now() < limit; await sleep(50)) {
    answer = await gateway.query<Answer>(document, { name });
    if (answer.pods.totalCount === 1 && answer.attackPaths.paths.length === 1) return;
  }
  assert.fail(`${name} does not show: ${JSON.stringify(answer)}\n${gateway.output().err}`);
}

async function says(gateway: Running, text: RegExp, withinMs: number): Promise<void> {
  for (const limit = Date.now() + withinMs; Date.now() < limit; await sleep(50))
    if (text.test(gateway.output().err)) return;
  assert.match(gateway.output().err, text);
}

test('two gateways on one Neo4j tell the same, and one charts on when the other is gone or was asleep', {
  skip,
  timeout: 240_000,
}, async () => {
  const kubernetes = await sharedKubernetes();
  const namespace = await kubernetes.createNamespace('replicas');
  const { uri, auth } = await sharedNeo4j();
  const environment = {
    PORTOLAN_STORE: uri,
    PORTOLAN_STORE_USER: auth.user,
    PORTOLAN_STORE_PASSWORD: auth.password,
    PORTOLAN_TENANT: `replicas-${randomUUID()}`,
  };
  const start = async (): Promise<Running> => {
    const gateway = await up(['--kubeconfig', kubernetes.kubeconfig], folder, environment);
    running.push(gateway);
    return gateway;
  };
  const create = async (name: string): Promise<void> => {
    const { status } = await kubernetes.request('POST', `/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name },
      // On no node: pods of a node that is not there are collected as garbage after a while.
      spec: { containers: [{ name: 'main', image: 'example.com/web' }] },
    });
    assert.equal(status, 201);
  };

  const first = await start();
  const second = await start();
  assert.match(second.output().err, /another process follows this cluster/);
  await create('one');
  await Promise.all([shows(first, 'one', 15_000), shows(second, 'one', 15_000)]);

  // Asleep for longer than its lease, it is no longer the writer when it wakes.
  first.signal('SIGSTOP');
  await create('two');
  await shows(second, 'two', takeOverMs);
  first.signal('SIGCONT');
  await create('three');
  await Promise.all([shows(second, 'three', 15_000), shows(first, 'three', 15_000)]);
  await says(first, /lease was lost to another writer|no longer holds the lease/, 15_000);

  await second.kill();
  await create('four');
  await shows(first, 'four', takeOverMs);
  assert.equal(await first.stop(), 0);
});
