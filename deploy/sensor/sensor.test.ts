import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { commands } from '../../gateway/cli/commands/index.ts';
import { readSettings } from '../../gateway/cli/read-settings.ts';

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly resources: { readonly limits: object };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
}

const documents = parseAllDocuments(readFileSync(join(import.meta.dirname, 'sensor.yaml'), 'utf8')).map((document) => {
  assert.deepEqual([document.errors, document.warnings], [[], []]);
  return document.toJS() as { readonly kind: string; readonly spec: { readonly template: { readonly spec: PodSpec } } };
});
const pod = documents.find(({ kind }) => kind === 'DaemonSet')?.spec.template.spec as PodSpec;
const [collector, publisher] = pod.containers as readonly [Container, Container];

test('there are a namespace, an account without any right, and a DaemonSet of two containers', () => {
  assert.deepEqual(
    documents.map(({ kind }) => kind),
    ['Namespace', 'ServiceAccount', 'DaemonSet'],
  );
  assert.deepEqual(
    pod.containers.map(({ name }) => name),
    ['collector', 'publisher'],
  );
  assert.partialDeepStrictEqual(pod, { hostPID: true, automountServiceAccountToken: false });
  for (const opened of ['hostNetwork', 'hostIPC', 'initContainers']) assert.ok(!(opened in pod), opened);
});

test('the collector has the limits, capabilities and mounts of its specification, and no others', () => {
  assert.deepEqual(collector.resources.limits, { cpu: '360m', memory: '296Mi' });
  assert.deepEqual(collector.securityContext, {
    runAsUser: 0,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], add: ['SYS_ADMIN', 'SYS_RESOURCE', 'SYS_PTRACE'] },
  });
  const hostPaths = new Map(pod.volumes.map(({ name, hostPath }) => [name, hostPath?.path]));
  assert.deepEqual(
    collector.volumeMounts.map(({ name, readOnly }) => [hostPaths.get(name) ?? name, readOnly ?? false]),
    [
      ['spool', false],
      ['/sys/kernel/btf', true],
      ['/sys/kernel/tracing', true],
      ['/sys/fs/cgroup', true],
    ],
  );
});

test('the publisher has nothing but the spool and its token', () => {
  assert.deepEqual(publisher.resources.limits, { cpu: '60m', memory: '200Mi' });
  assert.deepEqual(publisher.securityContext, {
    runAsUser: 65532,
    runAsGroup: 65532,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  });
  assert.deepEqual(
    publisher.volumeMounts.map(({ name, readOnly }) => [name, readOnly ?? false]),
    [
      ['spool', false],
      ['token', true],
    ],
  );
  const token = pod.volumes.find(({ name }) => name === 'token');
  assert.deepEqual(token, {
    name: 'token',
    projected: { sources: [{ serviceAccountToken: { audience: 'portolan', expirationSeconds: 3600, path: 'token' } }] },
  });
});

test('both are command lines that Portolan knows, over one spool', () => {
  const known = commands.find(({ name }) => name === 'sensor')?.settings ?? [];
  const [collecting, publishing] = [collector, publisher].map(({ args: [command, ...args] }) => {
    assert.equal(command, 'sensor');
    return readSettings(args, known, {}).settings;
  });
  assert.equal(collecting?.spool, publishing?.spool);
  assert.deepEqual([collecting?.publish, publishing?.publish], [null, 'https://portolan.example']);
  assert.equal(publishing?.tokenFile, '/var/run/secrets/portolan/token');
});
