// A projected token as a kubelet asks for it, and a real API server that signs it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { parseAllDocuments } from 'yaml';
import { tokenKeys } from '../../collectors/kubernetes/live/token-keys.ts';
import { nodeTokens } from '../../gateway/auth/node-token.ts';
import { root } from '../runner/files.ts';
import { type KubernetesTestbed, kubernetesMissing, startKubernetes } from '../testbed/kubernetes.ts';

describe('a projected token', { skip: await kubernetesMissing() }, () => {
  let kubernetes: KubernetesTestbed;
  before(async () => {
    kubernetes = await startKubernetes();
    const documents = parseAllDocuments(readFileSync(join(root, 'deploy/sensor/sensor.yaml'), 'utf8'));
    const manifests = documents.filter((document) => document.get('kind') !== 'DaemonSet').map(String);
    await kubernetes.kubectl(['apply', '-f', '-'], manifests.join('---\n'));
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
    const { kubeconfig } = kubernetes;
    const cluster = {
      id: 'Cluster.x',
      name: 'testbed',
      keys: (signal: AbortSignal) => tokenKeys({ kubeconfig }, signal),
    };
    const knows = nodeTokens(() => [cluster], 'default', pino({ level: 'silent' }));
    const caller = await knows(await token('portolan', 'sensor-x'));
    assert.deepEqual([caller?.clusters, caller?.node, caller?.mayRead], [['Cluster.x'], 'worker-7', false]);
    await assert.rejects(knows(await token('https://kubernetes.default.svc', 'sensor-x')), /"aud"/);
    await assert.rejects(knows(await token('portolan', null)), /names no node/);
  });
});
