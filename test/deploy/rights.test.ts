import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { objectKinds } from '../../collectors/kubernetes/kinds/index.ts';
import { eventually, follow } from '../collectors/chart.ts';
import { ensureKubernetes, type KubernetesTestbed, kubernetesMissing, startKubernetes } from '../testbed/kubernetes.ts';

const folder = join(import.meta.dirname, '../../deploy/kubernetes');
const manifest = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** The add-on kinds as a cluster has them that installed them, without their schemas. */
function definitions(): readonly string[] {
  return objectKinds
    .filter(({ group }) => /^(gateway|policy)\.networking\.k8s\.io$/.test(group))
    .map(({ kind, group, version, resource, namespaced }) => {
      const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
      const annotations = { 'api-approved.kubernetes.io': 'unapproved, for a test' };
      return JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${resource}.${group}`, annotations },
        spec: {
          group,
          scope: namespaced ? 'Namespaced' : 'Cluster',
          names: { plural: resource, kind },
          versions: [{ name: version, served: true, storage: true, schema }],
        },
      });
    });
}

describe('the rights in deploy/', { skip: await kubernetesMissing() }, () => {
  let kubernetes: KubernetesTestbed;
  const home = mkdtempSync(join(tmpdir(), 'portolan-'));
  before(async () => {
    kubernetes = await startKubernetes();
    await kubernetes.kubectl(['create', '-f', '-'], definitions().join('\n---\n'));
    await kubernetes.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    await kubernetes.kubectl(['apply', '-f', '-'], manifest('collector.yaml'));
  });
  after(async () => {
    await kubernetes?.stop();
    rmSync(home, { recursive: true });
  });

  /** Runs the script with the real kubectl, and returns the path of the kubeconfig it prints. */
  async function kubeconfig(): Promise<string> {
    writeFileSync(join(home, 'kubectl'), `#!/bin/sh\nexec ${await ensureKubernetes()} kubectl "$@"\n`, { mode: 0o755 });
    const env = { PATH: `${home}:${process.env.PATH}`, KUBECONFIG: kubernetes.kubeconfig, HOME: home };
    const { stdout } = await promisify(execFile)(join(folder, 'kubeconfig.sh'), ['prod'], { env });
    const path = join(home, 'portolan.kubeconfig');
    writeFileSync(path, stdout, { mode: 0o600 });
    return path;
  }

  test('chart everything but secrets, and with the optional right those, too', async () => {
    const route = { parentRefs: [{ name: 'front' }], rules: [{ backendRefs: [{ name: 'web' }] }] };
    const at = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'web' } };
    await kubernetes.kubectl(['create', '-n', 'default', '-f', '-'], JSON.stringify({ ...at, spec: route }));
    const chart = await follow(await kubeconfig());
    try {
      await eventually(() => {
        assert.equal(chart.complete.size, objectKinds.length);
        assert.deepEqual([...chart.gaps], [['Secret', 'FORBIDDEN']]);
      });
      assert.equal(chart.cluster.name, 'prod');
      assert.equal(typeof chart.cluster.execByGet, 'boolean', 'the feature gates show among the metrics');
      assert.equal(chart.cluster.key, chart.objects.get('Namespace')?.get('kube-system')?.nodes[0]?.uid);
      const found = chart.objects.get('HTTPRoute')?.get('default/HTTPRoute/web');
      assert.deepEqual(found?.relationships[2]?.to, 'Service/default/web');
      await kubernetes.kubectl(['apply', '-f', '-'], manifest('secrets.yaml'));
      await eventually(() => assert.deepEqual([...chart.gaps], []));
      assert.ok(chart.complete.has('Secret'));
    } finally {
      await chart.stop();
    }
  });
});
