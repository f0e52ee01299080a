// A projected token as a kubelet asks for it, a real API server that signs it, and a gateway that follows the cluster.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { pino } from 'pino';
import { parseAllDocuments } from 'yaml';
import { tokenKeys } from '../../collectors/kubernetes/live/token-keys.ts';
import { nodeTokens } from '../../gateway/auth/node-token.ts';
import { contentDigest } from '../../sensor/publish/batch.ts';
import { up } from '../e2e/portolan.ts';
import { root } from '../runner/files.ts';
import { type KubernetesTestbed, kubernetesMissing, startKubernetes } from '../testbed/kubernetes.ts';
import { temporaryFolder } from '../testbed/temporary.ts';

describe('a projected token', { skip: await kubernetesMissing() }, () => {
  let kubernetes: KubernetesTestbed;
  before(async () => {
    kubernetes = await startKubernetes();
    const documents = parseAllDocuments(readFileSync(join(root, 'deploy/sensor/sensor.yaml'), 'utf8'));
    const manifests = documents.filter((document) => document.get('kind') !== 'DaemonSet').map(String);
    await kubernetes.kubectl(['apply', '-f', '-'], manifests.join('---\n'));
    const manifest = `
apiVersion: v1
kind: Node
metadata: { name: worker-7 }
---
apiVersion: v1
kind: Pod
metadata: { name: sensor-x, namespace: portolan-sensor }
spec: { nodeName: worker-7, serviceAccountName: sensor, containers: [{ name: main, image: example.com/sensor }] }
`;
    await kubernetes.kubectl(['create', '-f', '-'], manifest);
  });
  after(() => kubernetes?.stop());

  /** A token of the sensor's account, bound to a pod on a node or to nothing. */
  async function token(audience: string, pod: string | null): Promise<string> {
    const { body } = await kubernetes.request(
      'POST',
      '/api/v1/namespaces/portolan-sensor/serviceaccounts/sensor/token',
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          audiences: [audience],
          expirationSeconds: 3600,
          ...(pod && { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod } }),
        },
      },
    );
    return (body as { readonly status: { readonly token: string } }).status.token;
  }

  test('names cluster and node, and nothing else will do', async () => {
    const { kubeconfig } = kubernetes;
    const cluster = {
      id: 'Cluster.x',
      name: 'testbed',
      keys: (signal: AbortSignal) => tokenKeys({ kubeconfig }, signal),
    };
    const uncharted = { nodes: async () => [null] };
    const knows = nodeTokens(() => [cluster], 'default', uncharted, pino({ level: 'silent' }));
    const caller = await knows(await token('portolan', 'sensor-x'));
    assert.deepEqual([caller?.clusters, caller?.node, caller?.mayRead], [['Cluster.x'], 'worker-7', false]);
    await assert.rejects(knows(await token('https://kubernetes.default.svc', 'sensor-x')), /"aud"/);
    await assert.rejects(knows(await token('portolan', null)), /names no node/);
  });

  test('lets a sensor send to a gateway that follows its cluster, and asks nobody else for tokens', {
    timeout: 90_000,
  }, async () => {
    const folder = temporaryFolder();
    const running = await up(['--kubeconfig', kubernetes.kubeconfig], folder);
    try {
      const { body: pod } = await kubernetes.request('GET', '/api/v1/namespaces/portolan-sensor/pods/sensor-x');
      const { uid } = (pod as { readonly metadata: { readonly uid: string } }).metadata;
      const time = new Date().toISOString();
      const event = { 'evt.type': 'openat', 'evt.time': time, 'k8s.pod.uid': uid };
      const alert = { rule: 'A rule', severity: 'LOW', techniques: [], time, output: 'it fired', fields: {}, event };
      const gaps = [{ cause: 'design', probe: 'dns', reason: 'Not over TCP.' }];
      const lines = [
        { instance: randomUUID(), sequence: 1 },
        { class: 'gap', first: 1, count: 1, missing: 0 },
        { where: 'declared', time, gaps },
        { class: 'alert', first: 1, count: 1, missing: 0 },
        alert,
      ];
      const content = zstdCompressSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const send = (bearer: string): Promise<Response> =>
        fetch(`${running.url}/ingest/v1/sensor`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${bearer}`,
            'content-type': 'application/vnd.portolan.sensor-batch.v1+ndjson',
            'content-encoding': 'zstd',
            'content-digest': contentDigest(content),
          },
          body: content,
        });
      assert.equal((await send('a-token-of-nobody')).status, 403);
      const bound = await token('portolan', 'sensor-x');
      const taken = await send(bound);
      assert.equal(taken.status, 200, await taken.text());
      const { alerts } = await running.query<{ alerts: { nodes: readonly object[] } }>(
        '{ alerts { nodes { rule namespace subjects { ... on Pod { name } ... on KubeNode { name } } } } }',
      );
      assert.deepEqual(alerts.nodes, [
        { rule: 'A rule', namespace: 'portolan-sensor', subjects: [{ name: 'sensor-x' }, { name: 'worker-7' }] },
      ]);
      const question = '{ coverage { gaps(filter: { source: { in: ["sensor"] } }) { nodes { reason subject } } } }';
      for (const limit = Date.now() + 25_000; ; await sleep(100)) {
        const { coverage } = await running.query<{ coverage: { gaps: { nodes: readonly object[] } } }>(question);
        const declared = [{ reason: 'BY_DESIGN', subject: 'dns events' }];
        // Until then the gap is that the cluster has no sensor at all.
        if (!isDeepStrictEqual(coverage.gaps.nodes, declared) && Date.now() < limit) continue;
        assert.deepEqual(coverage.gaps.nodes, declared);
        break;
      }
      // The API server takes the token no more, and neither does the gateway once it has seen the pod go.
      await kubernetes.request('DELETE', '/api/v1/namespaces/portolan-sensor/pods/sensor-x?gracePeriodSeconds=0');
      for (const limit = Date.now() + 25_000; ; await sleep(100)) {
        const answer = await send(bound);
        const text = await answer.text();
        if (answer.status === 200 && Date.now() < limit) continue;
        assert.equal(answer.status, 401, text);
        assert.match(text, /its pod has been deleted/);
        break;
      }
    } finally {
      await running.kill();
    }
  });
});
