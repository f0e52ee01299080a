import type { NodeFact, ObservedRecord, RelationshipFact } from '../../graph/model/observation.ts';
import { ref } from '../../graph/model/ref.ts';
import type { PolicyRule } from '../../graph/model/rules.ts';
import type { Random } from './random.ts';

/** Records of a small random cluster, by extent: names are few, so that objects meet, vanish and come back. */
export interface WorldRecord {
  readonly extent: string;
  readonly record: ObservedRecord;
}

const namespaces = ['a', 'b', 'c'];
const names = ['one', 'two', 'three'];
const verbs = ['create', 'get', 'list', 'patch', 'update', 'bind', 'escalate', 'impersonate', '*', '*'];
const groups = ['', '', 'apps', 'batch', 'rbac.authorization.k8s.io', '*'];
const resources = [
  'pods',
  'pods/exec',
  'pods/log',
  '*/exec',
  'pods/ephemeralcontainers',
  'deployments',
  'cronjobs',
  'nodes/proxy',
  'secrets',
  'users',
  'groups',
  'serviceaccounts',
  'serviceaccounts/token',
  'rolebindings',
  'roles',
  'clusterrolebindings',
  'clusterroles',
  '*',
];
const builtinGroups = [
  'system:serviceaccounts',
  'system:serviceaccounts:a',
  'system:authenticated',
  'system:masters',
  'dev',
];

function rule(random: Random): PolicyRule {
  return {
    verbs: [random.pick(verbs), random.pick(verbs)],
    apiGroups: [random.pick(groups)],
    resources: [random.pick(resources), random.pick(resources)],
    // Names are the users' to choose, those of Object.prototype among them.
    resourceNames: random.chance(0.3) ? [random.pick([...names, 'cluster-admin', 'constructor', '__proto__'])] : [],
  };
}

function object(
  fact: NodeFact,
  relationships: readonly RelationshipFact[] = [],
  more: readonly NodeFact[] = [],
): ObservedRecord {
  const key = `${fact.namespace}/${fact.name}`;
  return { key, nodes: [fact, ...more], relationships };
}

/** One random object; drawing again gives another state of it, sometimes under a new UID. */
export function randomRecord(random: Random): WorldRecord {
  const namespace = random.pick(namespaces);
  const name = random.pick(names);
  const uid = `${namespace}-${name}-${random.integer(2)}`;
  const makers: readonly (() => WorldRecord)[] = [
    () => ({
      extent: 'Namespace',
      record: object({
        kind: 'Namespace',
        uid: `ns-${namespace}`,
        namespace: null,
        name: namespace,
        properties: {
          phase: random.chance(0.8) ? 'Active' : 'Terminating',
          podSecurityEnforce: random.pick(['privileged', 'baseline', null]),
          labels: random.chance(0.5) ? ['shared=yes'] : [],
        },
      }),
    }),
    () => ({
      extent: 'Node',
      record: object({
        kind: 'Node',
        uid: `node-${name}`,
        namespace: null,
        name,
        properties: { externalAddresses: random.chance(0.5) ? ['8.8.8.8'] : [], controlPlane: random.chance(0.3) },
      }),
    }),
    () => ({
      extent: 'ServiceAccount',
      record: object({ kind: 'ServiceAccount', uid, namespace, name, properties: {} }),
    }),
    () => ({
      extent: 'Secret',
      record: object({
        kind: 'Secret',
        uid: null,
        namespace,
        name: random.chance(0.5) ? `${name}-token-x2x4x` : name,
        properties: { serviceAccount: random.chance(0.6) ? random.pick(names) : null },
      }),
    }),
    () => {
      const workloadKind = random.pick(['Deployment', 'CronJob', 'Job']);
      return {
        extent: 'Workload',
        record: object({
          kind: 'Workload',
          uid: null,
          namespace,
          name: `${workloadKind}/${name}`,
          properties: { workloadKind },
        }),
      };
    },
    () => {
      const pod = ref('Pod', namespace, name);
      const container = `${name}/main`;
      const volume = ref('Volume', namespace, `${name}/host`);
      const helper = ref('Container', namespace, `${name}/helper`);
      return {
        extent: 'Pod',
        record: object(
          {
            kind: 'Pod',
            uid,
            namespace,
            name,
            properties: {
              phase: random.pick(['Running', 'Running', 'Succeeded']),
              live: true,
              hostPid: random.chance(0.5),
              hostUsers: random.chance(0.8),
              shareProcessNamespace: random.chance(0.4),
            },
          },
          [
            { kind: 'RUNS_ON', from: pod, to: ref('Node', null, random.pick(names)) },
            { kind: 'RUNS_AS', from: pod, to: ref('ServiceAccount', namespace, random.pick(names)) },
            { kind: 'HAS_CONTAINER', from: pod, to: ref('Container', namespace, container) },
            { kind: 'HAS_CONTAINER', from: pod, to: helper },
            { kind: 'HAS_VOLUME', from: pod, to: volume },
            {
              kind: 'MOUNTS',
              from: ref('Container', namespace, container),
              to: volume,
              properties: {
                mountPaths: ['/host'],
                writable: random.pick([[], ['.'], ['log']]),
                readOnly: random.pick([[], ['.'], ['containerd']]),
              },
            },
            { kind: 'CLAIMS', from: volume, to: ref('PersistentVolumeClaim', namespace, random.pick(names)) },
          ],
          [
            {
              kind: 'Volume',
              uid: `${uid}/host`,
              namespace,
              name: `${name}/host`,
              properties: {
                type: 'hostPath',
                hostPath: random.pick([null, '/', '/etc', '/run', '/var', '/tmp']),
              },
            },
            {
              kind: 'Container',
              uid: `${uid}/helper`,
              namespace,
              name: `${name}/helper`,
              properties: {
                type: random.pick(['init', 'sidecar', 'ephemeral']),
                runAsUser: random.pick([0, 1000]),
                apiToken: 'none',
              },
            },
            {
              kind: 'Container',
              uid: `${uid}/main`,
              namespace,
              name: container,
              properties: {
                type: 'container',
                privileged: random.chance(0.3),
                runAsUser: random.pick([null, 0, 1000]),
                capabilitiesAdded: random.pick([[], ['ALL'], ['SYS_ADMIN', 'SYS_PTRACE'], ['DAC_READ_SEARCH']]),
                capabilitiesDropped: random.pick([[], ['ALL'], ['SYS_CHROOT']]),
                appArmor: random.pick([null, 'RuntimeDefault']),
                volumeTypes: random.chance(0.8) ? ['hostPath'] : [],
                secretsInVolumes: random.chance(0.4) ? [random.pick(names)] : [],
                secretsInEnv: random.chance(0.4) ? [random.pick(names)] : [],
                apiToken: random.pick(['mounted', 'none']),
                ports: random.chance(0.5) ? ['80/TCP'] : [],
                hostPorts: random.chance(0.2) ? ['80/TCP'] : [],
              },
            },
          ],
        ),
      };
    },
    () => {
      const inNamespace = random.chance(0.5) ? namespace : null;
      const properties = { rules: Array.from({ length: 1 + random.integer(2) }, () => rule(random)) };
      return {
        extent: 'Role',
        record: object({
          kind: 'Role',
          uid: null,
          namespace: inNamespace,
          name: random.chance(0.3) ? 'cluster-admin' : name,
          properties,
        }),
      };
    },
    () => {
      const inNamespace = random.chance(0.5) ? namespace : null;
      const binding = ref('Binding', inNamespace, name);
      const group: NodeFact = {
        kind: 'Group',
        uid: null,
        namespace: null,
        name: random.pick(builtinGroups),
        properties: {},
      };
      const subject = random.chance(0.5)
        ? ref('Group', null, group.name)
        : ref('ServiceAccount', random.pick(namespaces), random.pick(names));
      const role = ref('Role', random.chance(0.5) ? inNamespace : null, random.pick([...names, 'cluster-admin']));
      return {
        extent: 'Binding',
        record: object(
          { kind: 'Binding', uid: null, namespace: inNamespace, name, properties: {} },
          [
            { kind: 'GRANTS', from: binding, to: role },
            { kind: 'TO_SUBJECT', from: binding, to: subject },
          ],
          [group],
        ),
      };
    },
    () => ({
      extent: 'PersistentVolume',
      record: object({
        kind: 'PersistentVolume',
        uid: null,
        namespace: null,
        name,
        properties: { hostPath: random.pick([null, '/run', '/etc']) },
      }),
    }),
    () => ({
      extent: 'PersistentVolumeClaim',
      record: object({ kind: 'PersistentVolumeClaim', uid: null, namespace, name, properties: {} }, [
        {
          kind: 'BOUND_TO',
          from: ref('PersistentVolumeClaim', namespace, name),
          to: ref('PersistentVolume', null, random.pick(names)),
        },
      ]),
    }),
    () => ({
      extent: 'Service',
      record: object({
        kind: 'Service',
        uid,
        namespace,
        name,
        properties: {
          type: random.pick(['ClusterIP', 'NodePort', 'LoadBalancer']),
          addresses: random.pick([[], ['1.2.3.4'], ['10.0.0.1']]),
          nodePorts: ['30000/TCP'],
        },
      }),
    }),
    () => ({
      extent: 'EndpointSlice',
      record: {
        key: `${namespace}/${name}-${random.integer(2)}`,
        nodes: [],
        relationships: [
          {
            kind: 'SELECTS',
            from: ref('Service', namespace, name),
            to: ref('Pod', namespace, random.pick(names)),
            properties: { ports: [random.pick(['80/TCP', '443/TCP'])] },
          },
        ],
      },
    }),
    () => ({
      extent: 'Ingress',
      record: object(
        { kind: 'Ingress', uid, namespace, name, properties: { addresses: random.pick([[], ['1.2.3.4']]) } },
        [
          {
            kind: 'ROUTES_TO',
            from: ref('Ingress', namespace, name),
            to: ref('Service', namespace, random.pick(names)),
            properties: { routes: ['*/'] },
          },
        ],
      ),
    }),
    () => ({
      extent: 'Gateway',
      record: object({
        kind: 'Gateway',
        uid,
        namespace,
        name,
        properties: {
          addresses: random.pick([null, [], ['1.2.3.4']]),
          listeners: [
            {
              name: random.pick(names),
              port: 80,
              protocol: random.pick(['HTTP', 'TCP']),
              hostname: random.pick([null, '*.a']),
              routesFrom: random.pick(['Same', 'All', 'Selector']),
              namespaceSelector: [{ key: 'shared', operator: 'In', values: ['yes'] }],
              routeKinds: [],
            },
          ],
        },
      }),
    }),
    () => {
      const routeKind = random.pick(['HTTPRoute', 'TCPRoute']);
      const own = `${routeKind}/${name}`;
      const from = ref('Route', namespace, own);
      const hosts = random.pick([['*'], ['x.a', 'x.b'], ['x.b']]);
      return {
        extent: 'Route',
        record: object({ kind: 'Route', uid: null, namespace, name: own, properties: { routeKind, hosts } }, [
          {
            kind: 'ATTACHES_TO',
            from,
            to: ref('Gateway', random.pick(namespaces), random.pick(names)),
            properties: { listeners: [random.pick(['*', ...names])], accepted: random.pick([null, null, true, false]) },
          },
          {
            kind: 'ROUTES_TO',
            from,
            to: ref('Service', random.pick(namespaces), random.pick(names)),
            properties: { routes: ['*/'] },
          },
        ]),
      };
    },
    () => ({
      extent: 'ReferenceGrant',
      record: object({
        kind: 'ReferenceGrant',
        uid: null,
        namespace,
        name,
        properties: {
          from: [`${random.pick(['HTTPRoute', 'TCPRoute'])}.gateway.networking.k8s.io/${random.pick(namespaces)}`],
          to: [`Service/${random.pick(['*', ...names])}`],
        },
      }),
    }),
  ];
  return random.pick(makers)();
}
