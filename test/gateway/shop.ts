import { type Chart, chart } from './chart.ts';

/** A cluster in which the Internet gets to cluster-admin, through a shop's web pods and a CI token. */
export function shop(name: string): Chart & { readonly ids: Readonly<Record<string, string>> } {
  const c = chart(name);
  const internet = c.internet();
  const worker = c.node('Node', null, 'worker-1', { kubeletVersion: 'v1.36.3', labels: ['zone=a'] });
  c.relationship('IN_CLUSTER', worker, c.cluster);
  const namespaces = Object.fromEntries(
    ['shop', 'ci'].map((namespace) => {
      const id = c.node('Namespace', namespace, namespace, { phase: 'Active', labels: [`team=${namespace}`] });
      c.relationship('IN_CLUSTER', id, c.cluster);
      return [namespace, id];
    }),
  );
  const place = (id: string, namespace: string) => c.relationship('IN_NAMESPACE', id, namespaces[namespace] ?? '');

  const webAccount = c.node('ServiceAccount', 'shop', 'web', { automountToken: true });
  const builder = c.node('ServiceAccount', 'ci', 'builder');
  place(webAccount, 'shop');
  place(builder, 'ci');

  const pods: string[] = [];
  const containers: string[] = [];
  for (let i = 1; i <= 20; i++) {
    const pod = c.node('Pod', 'shop', `web-${String(i).padStart(2, '0')}`, {
      phase: i === 20 ? 'Pending' : 'Running',
      labels: ['app=web', `index=${i}`],
      hostNetwork: i === 1,
      createdAt: `2026-02-${String(i).padStart(2, '0')}T00:00:00Z`,
    });
    const container = c.node('Container', 'shop', `web-${String(i).padStart(2, '0')}/app`, {
      image: i % 2 === 0 ? 'shop/web:2' : 'shop/web:1',
      privileged: i === 1,
      runAsUser: i === 1 ? 0 : 1000,
      type: 'container',
    });
    place(pod, 'shop');
    c.relationship('RUNS_ON', pod, worker);
    c.relationship('RUNS_AS', pod, webAccount);
    c.relationship('HAS_CONTAINER', pod, container);
    c.step('CONTAINER_ATTACH', pod, container, 0);
    c.step('IDENTITY_ASSUME', container, webAccount, 1, [[{ object: `Pod/shop/web-${i}`, field: 'spec' }]]);
    pods.push(pod);
    containers.push(container);
  }
  const runner = c.node('Pod', 'ci', 'runner', { phase: 'Running', labels: ['app=ci'] });
  place(runner, 'ci');
  c.relationship('RUNS_ON', runner, worker);
  c.relationship('RUNS_AS', runner, builder);

  const web = c.node('Service', 'shop', 'web', {
    type: 'LoadBalancer',
    ports: ['80/TCP', '443/TCP'],
    nodePorts: ['30080/TCP'],
    addresses: ['203.0.113.7'],
  });
  const ingress = c.node('Ingress', 'shop', 'front', {
    hosts: ['shop.example'],
    tls: true,
    addresses: ['203.0.113.8'],
  });
  place(web, 'shop');
  place(ingress, 'shop');
  c.relationship('ROUTES_TO', ingress, web, { routes: ['shop.example/'] });
  for (const pod of pods) c.relationship('SELECTS', web, pod, { ports: ['80/TCP'] });

  const policy = c.node('NetworkPolicy', 'shop', 'few', {
    policyKind: 'NetworkPolicy',
    directions: ['Ingress'],
    podSelector: [
      { key: 'app', operator: 'In', values: ['web'] },
      { key: 'index', operator: 'NotIn', values: ['2', '3'] },
      { key: 'index', operator: 'Exists', values: [] },
      { key: 'ind', operator: 'DoesNotExist', values: [] },
    ],
    rules: [
      {
        direction: 'Ingress',
        action: 'Allow',
        peers: [
          {
            podSelector: null,
            namespaceSelector: [],
            nodeSelector: null,
            networks: [],
            except: [],
            domainNames: [],
          },
        ],
        ports: ['80/TCP'],
      },
    ],
  });
  place(policy, 'shop');
  const everywhere = { policyKind: 'ClusterNetworkPolicy', tier: 'Admin', priority: 1 };
  c.node('NetworkPolicy', null, 'ClusterNetworkPolicy/active', {
    ...everywhere,
    namespaceSelector: [{ key: 'team', operator: 'In', values: ['ci'] }],
    podSelector: [],
  });
  c.node('NetworkPolicy', null, 'ClusterNetworkPolicy/all', everywhere);

  const role = c.node('Role', null, 'edit-ci', {
    rules: [{ verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: [] }],
  });
  const binding = c.node('Binding', 'ci', 'web-edits-ci', {
    roleRef: 'Role/edit-ci',
    subjects: ['ServiceAccount/shop/web', 'Group/nobody'],
  });
  place(binding, 'ci');
  c.relationship('GRANTS', binding, role);
  c.relationship('TO_SUBJECT', binding, webAccount);
  const permissions = c.node('PermissionSet', 'ci', 'web-edits-ci', { scope: 'ci', role: 'Role/edit-ci' });
  const admin = c.node('PermissionSet', null, 'builder-is-admin', { role: 'Role/cluster-admin' });

  const exposed = c.step('EXPOSE_LOAD_BALANCER', internet, web, 4, [
    [{ object: 'Service/shop/web', field: 'status.loadBalancer.ingress' }],
  ]);
  c.step('EXPOSE_INGRESS', internet, ingress, 5, [[{ object: 'Ingress/shop/front', field: 'spec.rules' }]]);
  c.step('INGRESS_BACKEND', ingress, web, null);
  for (const container of containers) c.step('SERVICE_ENDPOINT', web, container, null);
  c.step('PERMISSION_DISCOVER', webAccount, permissions, null, [
    [{ object: 'Binding/ci/web-edits-ci', field: 'subjects[0]' }],
  ]);
  const accounts = c.targetSet('ServiceAccount', 'ci');
  const token = c.step('TOKEN_REQUEST', permissions, accounts, 1, [
    [
      { object: 'Binding/ci/web-edits-ci', field: 'roleRef' },
      { object: 'Role/edit-ci', field: 'rules[0]' },
    ],
  ]);
  c.step('TARGET_MEMBER', accounts, builder, null);
  c.step('PERMISSION_DISCOVER', builder, admin, null);
  c.step('CLUSTER_ADMIN_WILDCARD', admin, c.cluster, 0, [[{ object: 'Binding/builder-is-admin', field: 'roleRef' }]]);
  c.node('CoverageGap', null, 'kubernetes/Secret', {
    reason: 'FORBIDDEN',
    subject: 'the kind Secret',
    source: 'kubernetes',
  });

  const named = {
    internet,
    worker,
    webAccount,
    builder,
    runner,
    web,
    ingress,
    role,
    binding,
    admin,
    exposed,
    token,
    accounts,
  };
  return { ...c, ids: { ...named, pod: pods[0] ?? '', container: containers[0] ?? '' } };
}
