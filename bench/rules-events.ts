// Seeded events for bench/rules.ts.

import type { Identity } from '../sensor/enrich/process.ts';
import { eventFields } from '../sensor/events/fields.ts';
import type { Fields, Image } from '../sensor/probes/probe.ts';
import type { Random } from '../test/property/random.ts';
import { oddFolders, oddNamespaces, oddPrograms } from './rules-files.ts';

const everyday = [
  'nginx',
  'java',
  'postgres',
  'node',
  'python3',
  'redis-server',
  'kubelet',
  'containerd',
  'envoy',
  'php-fpm',
  'bash',
  'sh',
  'cat',
];
const files = [
  '/usr/lib/x86_64-linux-gnu/libc.so.6',
  '/etc/hosts',
  '/etc/resolv.conf',
  '/proc/self/status',
  '/sys/fs/cgroup/memory.max',
];
const folders = [
  '/var/lib/postgresql/data',
  '/var/log/nginx',
  '/tmp',
  '/app/static',
  '/usr/share/zoneinfo',
  '/var/cache/app',
];
const naming = {
  time: (boot: number) => new Date(1_767_323_045_000 + boot).toISOString(),
  user: (uid: number) => (uid === 0 ? 'root' : 'app'),
  group: () => undefined,
  host: () => undefined,
};

function image(from: Random, name: string): Image {
  const argv = [name, '--config', `/etc/${name}/${from.integer(20)}.conf`, '-p', String(1000 + from.integer(9000))];
  const capabilities = from.chance(0.2) ? '000001ffffffffff' : '00000000a80425fb';
  return {
    name,
    exepath: `/usr/bin/${name}`,
    argv,
    cwd: '/app',
    environment: null,
    loginuid: -1,
    tty: 0,
    session: 1,
    group: 1,
    vpid: 1 + from.integer(50),
    vgroup: 1,
    capabilities: { effective: capabilities, permitted: capabilities, inheritable: '0000000000000000' },
    namespaces: { mnt: 1, pid: 2, net: 3, user: 4, uts: 5, ipc: 6, cgroup: 7 },
    upperLayer: false,
    memfd: false,
    unlinked: false,
  };
}

function identity(from: Random, name: string): Identity {
  return { pid: 2 + from.integer(30_000), start: from.integer(1e9), image: image(from, name), vpid: 1 };
}

function own(from: Random, odd: boolean): { readonly type: string; readonly fields: Fields } {
  const share = from.integer(100);
  if (share < 50) {
    const write = from.chance(0.3);
    const name = odd
      ? `${from.pick(oddFolders)}/key`
      : from.chance(0.4)
        ? from.pick(files)
        : `${from.pick(folders)}/${from.integer(10_000)}.dat`;
    return {
      type: 'openat',
      fields: {
        'fd.name': name,
        'fd.num': 3 + from.integer(60),
        'fd.typechar': 'f',
        'fd.ino': from.integer(1e6),
        'fd.dev': 2049,
        'evt.arg.name': name,
        'evt.arg.flags': write ? 'O_WRONLY|O_CREAT' : 'O_RDONLY|O_CLOEXEC',
        'evt.arg.mode': 0,
        'evt.is_open_read': !write,
        'evt.is_open_write': write,
        'evt.is_open_create': write,
        'evt.rawres': 3,
        'evt.res': 'SUCCESS',
      },
    };
  }
  if (share < 70) {
    const server = from.chance(0.7)
      ? `10.1.${from.integer(255)}.${from.integer(255)}`
      : `203.0.113.${from.integer(255)}`;
    const port = odd ? 4444 : from.pick([443, 5432, 6379, 80, 53, 8080]);
    return {
      type: 'connect',
      fields: {
        'fd.num': 9,
        'evt.rawres': 0,
        'evt.res': 'SUCCESS',
        'fd.typechar': '4',
        'fd.sockfamily': 'ip',
        'fd.l4proto': 'tcp',
        'fd.name': `10.0.0.5:41000->${server}:${port}`,
        'fd.cip': '10.0.0.5',
        'fd.cport': 41_000,
        'fd.sip': server,
        'fd.sport': port,
        'fd.lip': '10.0.0.5',
        'fd.lport': 41_000,
        'fd.rip': server,
        'fd.rport': port,
      },
    };
  }
  if (share < 85) {
    const type = from.pick(['execve', 'clone', 'procexit']);
    return { type, fields: type === 'procexit' ? { 'evt.arg.ret': 0, 'evt.arg.sig': 0, 'proc.duration': 5e9 } : {} };
  }
  const type = from.pick(['unlinkat', 'renameat', 'mkdirat', 'fchmodat', 'dup2', 'bind']);
  const path = `${from.pick(folders)}/${from.integer(10_000)}`;
  return {
    type,
    fields: { 'evt.arg.path': path, 'evt.arg.name': path, 'fd.name': path, 'evt.rawres': 0, 'evt.res': 'SUCCESS' },
  };
}

/** Node events as the sensor decodes them, with all their fields. */
export function nodeEvents(count: number, from: Random): readonly Fields[] {
  const processes = Array.from({ length: 400 }, () => {
    const name = from.pick(everyday);
    const ancestors = Array.from({ length: 1 + from.integer(5) }, () =>
      identity(from, from.pick(['containerd-shim', 'systemd', 'bash', 'tini'])),
    );
    return { self: identity(from, name), ancestors };
  });
  return Array.from({ length: count }, (_, index) => {
    const odd = from.chance(0.019);
    const { type, fields } = own(from, odd);
    const process = from.pick(processes);
    const oddProcess = { ...process, self: identity(from, from.pick(oddPrograms)) };
    const inContainer = from.chance(0.8);
    const id = `${index % 97}`.padStart(64, 'abcdef0123456789');
    return eventFields(
      {
        type,
        time: index,
        count: 1,
        last: index,
        tid: process.self.pid,
        uid: from.integer(2) * 1000,
        gid: 0,
        process: odd ? oddProcess : process,
        container: inContainer
          ? { id, runtime: 'containerd', podUid: `3f2b8a52-7c1d-4a57-9f0a-${id.slice(0, 12)}` }
          : null,
        fields,
        target: undefined,
      },
      naming,
    );
  });
}

const workloads = ['web', 'cart', 'db', 'search', 'mail'];

function pod(from: Random, name: string, namespace: string, odd: boolean) {
  const app = from.pick(workloads);
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name,
      namespace,
      labels: { app, 'pod-template-hash': '7f9d8c' },
      uid: `3f2b8a52-7c1d-4a57-9f0a-${String(from.integer(1e9)).padStart(12, '0')}`,
    },
    spec: {
      volumes: [
        {
          name: 'token',
          projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3607 } }] },
        },
      ],
      containers: [
        {
          name: app,
          image: `registry.example/shop/${['web', 'cart', 'db'].includes(app) ? app : 'web'}:1.${from.integer(30)}`,
          ports: [{ containerPort: 8080, protocol: 'TCP' }],
          env: Array.from({ length: 6 }, (_, index) => ({
            name: `SETTING_${index}`,
            value: String(from.integer(1e6)),
          })),
          resources: { limits: { cpu: '1', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
          volumeMounts: [{ name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }],
          ...(odd ? { securityContext: { privileged: true } } : { securityContext: { runAsNonRoot: true } }),
        },
      ],
      serviceAccountName: app,
      nodeName: `worker-${from.integer(50)}`,
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    },
  };
}

/** An audit event as the API server writes it: leases and status updates, reads, and now and then a workload. */
function auditEvent(from: Random, index: number): object {
  const odd = from.chance(0.02);
  const namespace = from.pick(['shop', 'shop-test', 'infra', 'kube-system']);
  const name = `${from.pick(workloads)}-7f9d8c-${from.integer(5000)}`;
  const node = `worker-${from.integer(50)}`;
  const share = odd ? 95 + from.integer(5) : from.integer(100);
  const shapes = [
    share < 35 && {
      verb: 'update',
      user: { username: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
      objectRef: {
        resource: 'leases',
        namespace: 'kube-node-lease',
        name: node,
        apiGroup: 'coordination.k8s.io',
        apiVersion: 'v1',
      },
      requestObject: {
        kind: 'Lease',
        metadata: { name: node, namespace: 'kube-node-lease' },
        spec: { holderIdentity: node, renewTime: '2026-01-02T03:04:05.000006Z' },
      },
      code: 200,
    },
    share < 60 && {
      verb: 'patch',
      user: { username: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
      objectRef: { resource: 'pods', namespace, name, apiVersion: 'v1', subresource: 'status' },
      requestObject: {
        status: { conditions: ['Initialized', 'Ready', 'ContainersReady'].map((type) => ({ type, status: 'True' })) },
      },
      responseObject: pod(from, name, namespace, false),
      code: 200,
    },
    share < 85 && {
      verb: from.pick(['get', 'list', 'watch']),
      user: { username: 'system:serviceaccount:kube-system:deployment-controller', groups: ['system:serviceaccounts'] },
      objectRef: {
        resource: from.pick(['pods', 'endpointslices', 'configmaps', 'replicasets', 'services', 'nodes']),
        namespace,
        apiVersion: 'v1',
      },
      code: 200,
    },
    share < 95 && {
      verb: 'create',
      user: { username: 'system:serviceaccount:kube-system:replicaset-controller', groups: ['system:serviceaccounts'] },
      objectRef: { resource: 'pods', namespace, apiVersion: 'v1' },
      requestObject: pod(from, name, namespace, false),
      responseObject: pod(from, name, namespace, false),
      code: 201,
    },
    odd &&
      from.chance(0.5) && {
        verb: 'create',
        user: { username: 'alice', groups: ['system:authenticated'] },
        objectRef: { resource: 'pods', namespace: 'shop', name, apiVersion: 'v1' },
        requestObject: pod(from, name, 'shop', true),
        responseObject: pod(from, name, 'shop', true),
        code: 201,
      },
    odd && {
      verb: 'delete',
      user: { username: 'mallory', groups: ['system:authenticated'] },
      objectRef: { resource: 'secrets', namespace: from.pick(oddNamespaces), name: 'key', apiVersion: 'v1' },
      code: 200,
    },
    {
      verb: 'patch',
      user: { username: 'alice', groups: ['developers', 'system:authenticated'] },
      objectRef: { resource: 'deployments', namespace, name: from.pick(workloads), apiGroup: 'apps', apiVersion: 'v1' },
      requestObject: { spec: { replicas: from.integer(9) } },
      responseObject: { kind: 'Deployment', spec: { replicas: 3, template: pod(from, name, namespace, false) } },
      code: 200,
    },
  ];
  const { code, ...rest } = shapes.find((shape) => typeof shape === 'object') as { readonly code: number };
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: `0c6e2d62-7f0e-4f6e-9d5e-${String(index).padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/${namespace}/pods/${name}?fieldManager=manager&timeout=30s`,
    sourceIPs: [`10.0.0.${from.integer(255)}`],
    userAgent: 'kubelet/v1.34.1 (linux/amd64) kubernetes/1234567',
    ...rest,
    responseStatus: { metadata: {}, code },
    requestReceivedTimestamp: '2026-01-02T03:04:05.000006Z',
    stageTimestamp: '2026-01-02T03:04:05.012006Z',
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': `RBAC: allowed by ClusterRoleBinding "manager" of ClusterRole "manager"`,
    },
  };
}

/** Audit events as lines of JSON. */
export function auditLines(count: number, from: Random): Buffer {
  return Buffer.from(
    Array.from({ length: count }, (_, index) => `${JSON.stringify(auditEvent(from, index))}\n`).join(''),
  );
}
