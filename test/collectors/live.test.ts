import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { ObjectKind } from '../../collectors/kubernetes/kind.ts';
import { configMap } from '../../collectors/kubernetes/kinds/config-map.ts';
import { objectKinds } from '../../collectors/kubernetes/kinds/index.ts';
import { secret } from '../../collectors/kubernetes/kinds/secret.ts';
import { type ApiServer, apiServer } from '../../collectors/kubernetes/live/api-server.ts';
import { reflect } from '../../collectors/kubernetes/live/reflector.ts';
import { slots } from '../../collectors/kubernetes/live/slots.ts';
import { defaultTiming } from '../../collectors/kubernetes/live/timing.ts';
import { bootstrapRoles } from '../../collectors/kubernetes/offline/bootstrap-roles.ts';
import { openDumps } from '../../collectors/kubernetes/offline/dump.ts';
import type { NodeFact, ObservedRecord } from '../../graph/model/observation.ts';
import { type KubernetesTestbed, kubernetesMissing, sharedKubernetes, startKubernetes } from '../testbed/kubernetes.ts';
import { byName, type Chart, eventually, follow, timing } from './chart.ts';

const skip = await kubernetesMissing();

function pod(namespace: string, name: string): string {
  const metadata = { namespace, name };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [{ name: 'main', image: 'x' }] },
  });
}

function has(chart: Chart, kind: string, name: string): boolean {
  return chart.objects.get(kind)?.has(name) ?? false;
}

/** A way to the API server that can be cut, so that things happen while the collector is away. */
async function cuttable(
  target: number,
): Promise<{ readonly port: number; cut(): Promise<void>; mend(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1');
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        incoming.destroy();
        outgoing.destroy();
        sockets.delete(socket);
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    cut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    mend: () => listen(port),
  };
}

describe('a live cluster', { skip }, () => {
  let kubernetes: KubernetesTestbed;
  before(async () => {
    kubernetes = await startKubernetes();
  });
  after(() => kubernetes?.stop());

  test('is charted, and followed as objects come, change and go', async () => {
    const chart = await follow(kubernetes.kubeconfig);
    await eventually(() => assert.equal(chart.complete.size, objectKinds.length + 1));
    assert.match(chart.cluster.version, /^v1\./);
    assert.equal(chart.cluster.key, chart.objects.get('Namespace')?.get('kube-system')?.nodes[0]?.uid);
    assert.ok(has(chart, 'ClusterRole', 'cluster-admin'));

    const namespace = await kubernetes.createNamespace('live');
    await kubernetes.kubectl(['create', '-f', '-'], pod(namespace, 'web'));
    await eventually(() => assert.ok(has(chart, 'Namespace', namespace) && has(chart, 'Pod', `${namespace}/web`)));
    await kubernetes.kubectl(['label', '-n', namespace, 'pod/web', 'app=web']);
    await eventually(() => {
      const node = chart.objects.get('Pod')?.get(`${namespace}/web`)?.nodes[0] as NodeFact<'Pod'>;
      assert.deepEqual(node.properties.labels, ['app=web']);
      assert.equal(node.properties.live, true);
    });
    await kubernetes.kubectl(['delete', '-n', namespace, 'pod/web', '--now']);
    await eventually(() => assert.ok(!has(chart, 'Pod', `${namespace}/web`)));
    assert.deepEqual([...chart.gaps], []);
    await chart.stop();
  });

  test('whose API server is killed turns unreachable, and is followed again when it is back', async () => {
    const namespace = await kubernetes.createNamespace('killed');
    await kubernetes.kubectl(['create', '-f', '-'], pod(namespace, 'before'));
    const chart = await follow(kubernetes.kubeconfig);
    await eventually(() => assert.ok(has(chart, 'Pod', `${namespace}/before`)));
    await kubernetes.killApiServer();
    await eventually(() => {
      for (const { kind } of objectKinds) assert.equal(chart.gaps.get(kind), 'UNREACHABLE', kind);
    });
    assert.ok(has(chart, 'Pod', `${namespace}/before`), 'nothing is removed for an outage');
    await kubernetes.startApiServer();
    await kubernetes.kubectl(['create', '-f', '-'], pod(namespace, 'after'));
    await eventually(() => {
      assert.ok(has(chart, 'Pod', `${namespace}/after`));
      assert.deepEqual([...chart.gaps], []);
    });
    await chart.stop();
  });

  test('loses what was deleted while the collector was away, even where its version has been forgotten', async () => {
    const namespace = await kubernetes.createNamespace('away');
    for (const name of ['stays', 'goes']) await kubernetes.kubectl(['create', '-f', '-'], pod(namespace, name));
    const way = await cuttable(Number(new URL(kubernetes.url).port));
    const kubeconfig = kubernetes.kubeconfigFor({ user: 'away', groups: ['system:masters'] });
    writeFileSync(
      kubeconfig,
      readFileSync(kubeconfig, 'utf8').replaceAll(kubernetes.url, `https://127.0.0.1:${way.port}`),
    );
    const chart = await follow(kubeconfig);
    await eventually(() => assert.ok(has(chart, 'Pod', `${namespace}/goes`)));
    await way.cut();
    await kubernetes.kubectl(['delete', '-n', namespace, 'pod/goes', '--now']);
    await kubernetes.kubectl(['create', '-f', '-'], pod(namespace, 'comes'));
    // A new API server knows nothing of what was before its start: it answers 410 Gone to a watch from there.
    await kubernetes.killApiServer();
    await kubernetes.startApiServer();
    await way.mend();
    await eventually(() => {
      assert.ok(!has(chart, 'Pod', `${namespace}/goes`));
      assert.ok(has(chart, 'Pod', `${namespace}/stays`) && has(chart, 'Pod', `${namespace}/comes`));
    });
    await chart.stop();
    await way.cut();
  });

  test('sends us no value of a secret or a config map, neither listed nor watched', async () => {
    const namespace = await kubernetes.createNamespace('values');
    const value = 'portolan-marked-value';
    const create = async (name: string): Promise<void> => {
      await kubernetes.kubectl(['create', '-n', namespace, 'secret', 'generic', name, `--from-literal=p=${value}`]);
      await kubernetes.kubectl(['create', '-n', namespace, 'configmap', name, `--from-literal=p=${value}`]);
    };
    await create('listed');
    for (const kind of [secret, configMap]) {
      const stop = new AbortController();
      const overdue = setTimeout(() => stop.abort(), 10_000);
      const server = apiServer({ kubeconfig: kubernetes.kubeconfig }, defaultTiming);
      let raw = '';
      const overheard: ApiServer = {
        ...server,
        get: async (...request) => {
          const body = await server.get(...request);
          raw += JSON.stringify(body);
          return body;
        },
        stream: async (...request) => overhear(await server.stream(...request)),
      };
      async function* overhear(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        for await (const part of body) {
          raw += Buffer.from(part).toString('utf8');
          yield part;
        }
      }
      const options = {
        context: { cluster: 'c', audiences: [] },
        timing: defaultTiming,
        slots: slots(1),
        signal: stop.signal,
      };
      const seen = new Set<string | undefined>();
      for await (const observation of reflect(kind, overheard, options)) {
        if (observation.type === 'complete') await create(`watched-${kind.resource}`);
        if (observation.type !== 'records') continue;
        for (const { nodes } of observation.records) seen.add(nodes[0]?.name);
        if (seen.has(`watched-${kind.resource}`)) stop.abort();
      }
      clearTimeout(overdue);
      await server.close();
      assert.ok(seen.has('listed') && seen.has(`watched-${kind.resource}`), kind.kind);
      assert.ok(raw.includes(`watched-${kind.resource}`));
      for (const form of [value, Buffer.from(value).toString('base64')]) assert.ok(!raw.includes(form), kind.kind);
    }
  });

  test('whose API grows and shrinks is followed without a gap', async () => {
    const [group, resource] = ['portolan.example.com', 'moorings'];
    const { asTable: _, ...whole } = configMap;
    const kind: ObjectKind = { ...whole, kind: 'Mooring', group, version: 'v1', resource };
    const definition = (served: string): string =>
      JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${resource}.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: resource, kind: 'Mooring' },
          versions: [{ name: served, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
        },
      });
    const namespace = await kubernetes.createNamespace('grows');
    const server = apiServer({ kubeconfig: kubernetes.kubeconfig }, defaultTiming);
    const stop = new AbortController();
    const said: string[] = [];
    const options = { context: { cluster: 'c', audiences: [] }, timing, slots: slots(1), signal: stop.signal };
    const reflected = (async () => {
      for await (const observation of reflect(kind, server, options)) {
        if (observation.type === 'records') said.push(...observation.records.map(({ nodes }) => `+${nodes[0]?.name}`));
        else if (observation.type === 'removed') said.push('removed');
        else said.push(observation.type);
      }
    })();
    const comes = async (words: readonly string[]): Promise<void> => {
      await eventually(() => assert.deepEqual(said, words));
      said.length = 0;
    };
    try {
      await comes(['snapshot', 'complete']);
      // One that is there in another version, as a cluster has that is behind.
      for (const served of ['v1', 'v1beta1']) {
        await kubernetes.kubectl(['create', '-f', '-'], definition(served));
        await kubernetes.kubectl(['wait', '--for=condition=Established', `crd/${resource}.${group}`, '--timeout=20s']);
        const installed = Date.now();
        await comes(['snapshot', 'complete']);
        assert.ok(Date.now() - installed < timing.notServedRetryMs + 5_000);
        const mooring = { apiVersion: `${group}/${served}`, kind: 'Mooring', metadata: { namespace, name: 'berth' } };
        await kubernetes.kubectl(['create', '-f', '-'], JSON.stringify(mooring));
        await comes(['+berth']);
        await kubernetes.kubectl(['delete', `crd/${resource}.${group}`, '--wait']);
        // Its finalizer deletes the objects first: each is told as it goes.
        await eventually(() => assert.equal(said.at(-1), 'complete'));
        assert.ok(said.includes('removed') && !said.includes('unreadable'), said.join());
        said.length = 0;
      }
    } finally {
      stop.abort();
      await reflected;
      await server.close();
    }
  });

  test('of which one kind may not be read is charted without it, until it may', async () => {
    const namespace = await kubernetes.createNamespace('limited');
    await kubernetes.kubectl(['create', '-f', '-'], pod(namespace, 'hidden'));
    await kubernetes.kubectl(['create', 'serviceaccount', 'collector', '-n', namespace]);
    const account = `--serviceaccount=${namespace}:collector`;
    const seen = objectKinds.filter(({ kind }) => kind !== 'Pod');
    const rules = seen.map(({ resource, group }) => ({
      verbs: ['get', 'list', 'watch'],
      apiGroups: [group],
      resources: [resource],
    }));
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'limited' },
      rules,
    };
    await kubernetes.kubectl(['create', '-f', '-'], JSON.stringify(role));
    await kubernetes.kubectl(['create', 'clusterrolebinding', 'limited', '--clusterrole=limited', account]);
    const token = (await kubernetes.kubectl(['create', 'token', 'collector', '-n', namespace])).trim();
    const chart = await follow(kubernetes.kubeconfigFor({ token }));
    await eventually(() => {
      assert.equal(chart.complete.size, seen.length + 1);
      assert.deepEqual([...chart.gaps], [['Pod', 'FORBIDDEN']]);
    });
    await kubernetes.kubectl(['create', 'clusterrole', 'limited-pods', '--verb=list,watch', '--resource=pods']);
    await kubernetes.kubectl(['create', 'clusterrolebinding', 'limited-pods', '--clusterrole=limited-pods', account]);
    await eventually(() => {
      assert.ok(has(chart, 'Pod', `${namespace}/hidden`));
      assert.deepEqual([...chart.gaps], []);
    });
    await chart.stop();
  });
});

describe('a dump of a live cluster', { skip }, () => {
  test('says the same as the cluster itself', async () => {
    const kubernetes = await sharedKubernetes();
    const namespace = await kubernetes.createNamespace('dump');
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: namespace, labels: { only: namespace } } };
    await kubernetes.kubectl(['create', '-f', '-'], JSON.stringify(node));
    await kubernetes.kubectl([
      'create',
      '-n',
      namespace,
      'deployment',
      'web',
      '--image=web:1',
      '--replicas=2',
      '--port=80',
    ]);
    await kubernetes.kubectl(['expose', '-n', namespace, 'deployment/web', '--port=80', '--type=LoadBalancer']);
    await kubernetes.kubectl(['create', '-n', namespace, 'rolebinding', 'ci', '--clusterrole=edit', '--user=alice']);
    const chart = await follow(kubernetes.kubeconfig);
    const kinds = 'pods,serviceaccounts,services,endpointslices,roles,rolebindings,deployments,replicasets';
    try {
      await eventually(async () => {
        const dump = await kubernetes.kubectl(['get', '-n', namespace, kinds, '-o', 'yaml']);
        const around = await kubernetes.kubectl([
          'get',
          `namespace/${namespace}`,
          `node/${namespace}`,
          'clusterrole/edit',
          '-o',
          'json',
        ]);
        const charted = await recordsOf([dump, around], chart.cluster.name);
        assert.equal([...charted.keys()].filter((name) => name.startsWith('Pod')).length, 2);
        assert.ok(
          [...charted.values()].some(
            ({ relationships }) => relationships.filter(({ kind }) => kind === 'SELECTS').length === 2,
          ),
        );
        for (const [name, record] of charted) {
          const [kind = '', object = ''] = name.split(/ (.*)/);
          assert.deepEqual(chart.objects.get(kind)?.get(object), record, name);
        }
      });
      for (const [name, rules] of Object.entries(bootstrapRoles)) {
        const real = JSON.parse(await kubernetes.kubectl(['get', 'clusterrole', name, '-o', 'json'])) as {
          rules: unknown;
        };
        assert.deepEqual(real.rules, rules, name);
      }
    } finally {
      await chart.stop();
      await kubernetes.kubectl(['delete', `node/${namespace}`, `namespace/${namespace}`, '--wait=false']);
    }
  });
});

/** Everything but the cluster itself, by kind and name. Anything bad is an error. */
async function recordsOf(documents: readonly string[], cluster: string): Promise<ReadonlyMap<string, ObservedRecord>> {
  const stdin = ReadableStream.from([documents.join('\n---\n')]);
  const found = new Map<string, ObservedRecord>();
  for await (const { observations } of openDumps(['-'], { cluster, stdin })) {
    for (const observation of observations) {
      if (observation.type === 'problem') throw new Error(`${observation.place}: ${observation.message}`);
      if (observation.type !== 'records' || observation.extent.kind === 'Cluster') continue;
      for (const [name, record] of byName(observation.records)) found.set(`${observation.extent.kind} ${name}`, record);
    }
  }
  return found;
}
