import type { Random } from '../property/random.ts';

type Manifest = Readonly<Record<string, unknown>>;

const rbac = 'rbac.authorization.k8s.io';
const verbs = ['create', 'get', 'list', 'watch', 'patch', 'update', 'bind', 'escalate', 'impersonate', '*'];
const groups = ['', '', 'apps', 'batch', rbac, '*'];
const resources = [
  'pods',
  'pods/exec',
  'pods/attach',
  'pods/portforward',
  'pods/*',
  'pods/ephemeralcontainers',
  '*/exec',
  '*/token',
  'deployments',
  'statefulsets',
  'cronjobs',
  'jobs',
  'replicationcontrollers',
  'serviceaccounts',
  'serviceaccounts/token',
  'secrets',
  'nodes/proxy',
  'users',
  'groups',
  'clusterrolebindings',
  'clusterroles',
  'roles',
  'rolebindings',
  '*',
];

const workloads = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['batch/v1', 'CronJob'],
  ['batch/v1', 'Job'],
] as const;

function workload(apiVersion: string, kind: string, name: string, namespace: string): Manifest {
  const labels = { app: name };
  const template = {
    metadata: { labels },
    spec: {
      containers: [{ name: 'main', image: 'example.com/app' }],
      ...(apiVersion === 'batch/v1' ? { restartPolicy: 'Never' } : {}),
    },
  };
  const spec = {
    Deployment: { selector: { matchLabels: labels }, template },
    StatefulSet: { selector: { matchLabels: labels }, template },
    CronJob: { schedule: '0 0 * * *', jobTemplate: { spec: { template } } },
    Job: { template },
  }[kind];
  return { apiVersion, kind, metadata: { name, namespace }, spec };
}

/** A small random cluster within namespaces of its own: all that RBAC, Pod Security and the targets of rights need. */
export function randomFleet(random: Random, prefix: string): readonly Manifest[] {
  const namespaces = [`${prefix}-a`, `${prefix}-b`];
  const accounts = ['default', 'app', 'ci'];
  const people = ['alice', 'bob'];
  const pods = ['web', 'db'];
  const nodes = [`${prefix}-one`, `${prefix}-two`];
  const secrets = ['app-token-x7k2p', 'forever', 'opaque'];
  const names = [
    ...accounts,
    ...pods,
    'constructor',
    '__proto__',
    ...secrets,
    'cluster-admin',
    'view',
    `${prefix}-dev`,
    `${prefix}-1`,
    `${prefix}-2`,
  ];
  const core = [''];

  // Rules drawn at random seldom add up to a technique; these do, alone or together.
  const telling: readonly Manifest[] = [
    { verbs: ['create'], apiGroups: [rbac], resources: ['clusterrolebindings'] },
    { verbs: ['bind'], apiGroups: [rbac], resources: ['clusterroles'], resourceNames: ['cluster-admin'] },
    { verbs: ['bind'], apiGroups: ['*'], resources: ['clusterroles'] },
    {
      verbs: ['bind'],
      apiGroups: [rbac],
      resources: ['clusterroles'],
      resourceNames: [`${prefix}-${random.integer(12)}`],
    },
    { verbs: ['create'], apiGroups: [rbac], resources: ['rolebindings'] },
    { verbs: ['create', 'bind'], apiGroups: [rbac], resources: ['rolebindings', 'roles'] },
    {
      verbs: ['create', 'bind'],
      apiGroups: [rbac],
      resources: ['roles', 'clusterroles', 'rolebindings'],
      resourceNames: [`${prefix}-${random.integer(12)}`],
    },
    {
      verbs: ['bind'],
      apiGroups: [rbac],
      resources: ['roles', 'clusterroles'],
      resourceNames: [`${prefix}-${random.integer(12)}`, `${prefix}-${random.integer(12)}`],
    },
    { verbs: ['patch', 'escalate'], apiGroups: [rbac], resources: ['roles', 'clusterroles'] },
    {
      verbs: ['update', 'escalate'],
      apiGroups: [rbac],
      resources: ['roles'],
      resourceNames: [`${prefix}-${random.integer(12)}`],
    },
    { verbs: ['create'], apiGroups: [''], resources: ['pods/exec'], resourceNames: [random.pick(pods)] },
    { verbs: ['create', 'get'], apiGroups: [''], resources: ['pods', 'pods/exec', 'pods/attach'] },
    {
      verbs: ['create'],
      apiGroups: [''],
      resources: ['serviceaccounts/token'],
      resourceNames: [random.pick(accounts)],
    },
    { verbs: ['get'], apiGroups: [''], resources: ['pods/exec', 'pods/attach', 'pods/portforward'] },
    { verbs: ['*'], apiGroups: ['apps'], resources: ['*'] },
    {
      verbs: ['impersonate'],
      apiGroups: core,
      resources: ['users'],
      resourceNames: [`${prefix}-${random.pick(people)}`],
    },
    { verbs: ['impersonate'], apiGroups: core, resources: ['groups'] },
    { verbs: ['impersonate'], apiGroups: core, resources: ['groups'], resourceNames: [`${prefix}-dev`] },
    { verbs: ['impersonate'], apiGroups: core, resources: ['serviceaccounts'], resourceNames: [random.pick(accounts)] },
    {
      verbs: ['patch'],
      apiGroups: core,
      resources: ['pods', 'pods/ephemeralcontainers'],
      resourceNames: [random.pick(pods)],
    },
    { verbs: ['update'], apiGroups: core, resources: ['pods/ephemeralcontainers'] },
    { verbs: [random.pick(['get', 'create'])], apiGroups: core, resources: ['nodes/proxy'] },
    { verbs: ['get'], apiGroups: core, resources: ['nodes/proxy'], resourceNames: [random.pick(nodes)] },
    { verbs: [random.pick(['get', 'list', 'watch'])], apiGroups: core, resources: ['secrets'] },
    { verbs: ['get', 'list'], apiGroups: core, resources: ['secrets'], resourceNames: [random.pick(secrets)] },
    { verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments', 'statefulsets'], resourceNames: ['web'] },
    { verbs: ['update'], apiGroups: ['batch'], resources: ['cronjobs', 'jobs'] },
  ];
  const drawnRule = (): Manifest => ({
    verbs: random.chance(0.3) ? [random.pick(verbs), random.pick(verbs)] : [random.pick(verbs)],
    apiGroups: [random.pick(groups)],
    resources: random.chance(0.3) ? [random.pick(resources), random.pick(resources)] : [random.pick(resources)],
    ...(random.chance(0.3) ? { resourceNames: [random.pick(names)] } : {}),
  });
  const rule = (): Manifest => (random.chance(0.4) ? random.pick(telling) : drawnRule());
  const ruleSets: readonly (() => Manifest[])[] = [
    () => [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    () => [
      { verbs: ['create'], apiGroups: [rbac], resources: ['clusterrolebindings'] },
      {
        verbs: ['bind'],
        apiGroups: [rbac],
        resources: ['clusterroles'],
        resourceNames: [`${prefix}-${random.integer(12)}`],
      },
    ],
  ];
  const rules = (): Manifest[] =>
    random.chance(0.15) ? random.pick(ruleSets)() : Array.from({ length: 1 + random.integer(2) }, rule);
  const subject = (): Manifest =>
    random.pick<() => Manifest>([
      () => ({ kind: 'ServiceAccount', name: random.pick(accounts), namespace: random.pick(namespaces) }),
      () => ({ kind: 'User', apiGroup: rbac, name: `${prefix}-${random.pick(people)}` }),
      () => ({
        kind: 'Group',
        apiGroup: rbac,
        name: random.pick([`${prefix}-dev`, `system:serviceaccounts:${random.pick(namespaces)}`]),
      }),
      () => ({
        kind: 'User',
        apiGroup: rbac,
        name: `system:serviceaccount:${random.pick(namespaces)}:${random.pick(accounts)}`,
      }),
    ])();
  const subjects = (): Manifest[] => Array.from({ length: 1 + random.integer(2) }, subject);

  const fleet: Manifest[] = [];
  for (const name of nodes) fleet.push({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  for (const name of namespaces) {
    const level = random.pick(['privileged', 'baseline', 'restricted', null]);
    const labels = level === null ? {} : { 'pod-security.kubernetes.io/enforce': level };
    fleet.push({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    for (const account of accounts) {
      fleet.push({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: name } });
    }
    for (const secret of secrets) {
      if (random.chance(0.3)) continue;
      const token = secret !== 'opaque';
      const annotations = token ? { 'kubernetes.io/service-account.name': random.pick(accounts) } : {};
      fleet.push({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: secret, namespace: name, annotations },
        type: token ? 'kubernetes.io/service-account-token' : 'Opaque',
      });
    }
    for (const [apiVersion, kind] of workloads) {
      if (random.chance(0.5)) fleet.push(workload(apiVersion, kind, random.pick(pods), name));
    }
    for (const pod of pods) {
      fleet.push({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: pod, namespace: name },
        spec: {
          nodeName: random.pick(nodes),
          serviceAccountName: random.pick(accounts),
          securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'main',
              image: 'example.com/app',
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      });
    }
  }
  for (let index = 0; index < 12; index++) {
    const namespace = random.pick(namespaces);
    const metadata = { name: `${prefix}-${index}` };
    const local = { ...metadata, namespace };
    fleet.push({ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules: rules() });
    fleet.push({ apiVersion: `${rbac}/v1`, kind: 'Role', metadata: local, rules: rules() });
    const clusterRole = {
      apiGroup: rbac,
      kind: 'ClusterRole',
      name: random.pick([metadata.name, metadata.name, metadata.name, 'edit', 'view']),
    };
    const role = random.pick([clusterRole, { apiGroup: rbac, kind: 'Role', name: metadata.name }]);
    fleet.push({ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: local, roleRef: role, subjects: subjects() });
    if (random.chance(0.6)) {
      fleet.push({
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: clusterRole,
        subjects: subjects(),
      });
    }
  }
  return fleet;
}
