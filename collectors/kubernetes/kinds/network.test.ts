import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { arrowsOf, hasProperties, mapManifest, nodeOf } from '../testing/map-manifest.ts';

const web = [{ key: 'app', operator: 'In', values: ['web'] }];

describe('network policies', () => {
  test('tell what they select, and their rules with peers and ports', () => {
    const mapped = mapManifest(
      'NetworkPolicy',
      `spec:
        podSelector:
          matchLabels: {app: web}
          matchExpressions: [{key: tier, operator: NotIn, values: [a, b]}, {key: beta, operator: DoesNotExist}]
        policyTypes: [Ingress, Egress]
        ingress:
          - from:
              - podSelector: {matchLabels: {app: web}}
              - namespaceSelector: {}
              - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
            ports: [{port: 80}, {port: dns, protocol: UDP}, {port: 8000, endPort: 8010}, {protocol: SCTP}]
        egress: [{}]`,
    );
    const nobody = { nodeSelector: null, networks: [], except: [], domainNames: [] };
    hasProperties(nodeOf(mapped), {
      policyKind: 'NetworkPolicy',
      tier: 'NetworkPolicy',
      priority: null,
      directions: ['Ingress', 'Egress'],
      podSelector: [
        ...web,
        { key: 'tier', operator: 'NotIn', values: ['a', 'b'] },
        { key: 'beta', operator: 'DoesNotExist', values: [] },
      ],
      rules: [
        {
          direction: 'Ingress',
          action: 'Allow',
          peers: [
            { ...nobody, podSelector: web, namespaceSelector: null },
            { ...nobody, podSelector: null, namespaceSelector: [] },
            {
              ...nobody,
              podSelector: null,
              namespaceSelector: null,
              networks: ['10.0.0.0/8'],
              except: ['10.1.0.0/16'],
            },
          ],
          ports: ['80/TCP', 'dns/UDP', '8000-8010/TCP', '*/SCTP'],
        },
        { direction: 'Egress', action: 'Allow', peers: [], ports: [] },
      ],
    });
    assert.deepEqual(arrowsOf(mapped), ['NetworkPolicy/default/x IN_NAMESPACE Namespace/default']);
  });

  test('decide on egress only where they say so or have rules for it, and then drop other rules', () => {
    const directions = (spec: string): unknown =>
      (nodeOf(mapManifest('NetworkPolicy', `spec: {podSelector: {}, ${spec}}`)).properties as { directions?: unknown })
        .directions;
    assert.deepEqual(directions(''), ['Ingress']);
    assert.deepEqual(directions('egress: [{}]'), ['Ingress', 'Egress']);
    assert.deepEqual(directions('policyTypes: [Egress], ingress: [{}]'), ['Egress']);
    const dropped = mapManifest('NetworkPolicy', 'spec: {policyTypes: [Egress], ingress: [{}]}');
    hasProperties(nodeOf(dropped), { rules: [], podSelector: [] });
  });

  test('with an operator that nobody knows are told of', () => {
    const { problems } = mapManifest(
      'NetworkPolicy',
      'spec: {podSelector: {matchExpressions: [{key: a, operator: Near, values: [b]}]}}',
    );
    assert.match(problems[0]?.field ?? '', /^spec\.podSelector\.matchExpressions\[0\]\.operator$/);
  });

  test('of a whole cluster come in three kinds, whose names do not collide', () => {
    const spec = (rules: string): string => `spec:
      priority: 5
      tier: Baseline
      subject: {pods: {namespaceSelector: {matchLabels: {app: web}}, podSelector: {}}}
      ${rules}`;
    const cluster = mapManifest(
      'ClusterNetworkPolicy',
      spec(`ingress:
        - {action: Accept, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 1, end: 9}}}}, {sctp: {}}, {destinationNamedPort: web}]}
        - {action: Drop, from: [{namespaces: {}}]}`),
    );
    const peer = {
      podSelector: null,
      namespaceSelector: [],
      nodeSelector: null,
      networks: [],
      except: [],
      domainNames: [],
    };
    hasProperties(nodeOf(cluster), {
      tier: 'Baseline',
      priority: 5,
      directions: ['Ingress'],
      namespaceSelector: web,
      podSelector: [],
      rules: [
        {
          direction: 'Ingress',
          action: 'Allow',
          peers: [peer],
          ports: ['80/TCP', '1-9/UDP', '*/SCTP', 'web/*'],
        },
      ],
    });
    assert.equal(nodeOf(cluster).name, 'ClusterNetworkPolicy/x');
    assert.match(cluster.problems[0]?.message ?? '', /the rule is left out/);
    const admin = mapManifest(
      'AdminNetworkPolicy',
      `spec:
        priority: 7
        subject: {namespaces: {matchLabels: {app: web}}}
        egress:
          - action: Pass
            to: [{networks: [0.0.0.0/0]}, {nodes: {}}]
            ports: [{portNumber: {port: 53, protocol: UDP}}, {portRange: {start: 1, end: 9}}, {namedPort: web}]`,
    );
    hasProperties(nodeOf(admin), { tier: 'Admin', priority: 7, namespaceSelector: web, directions: ['Egress'] });
    const [rule] = (nodeOf(admin).properties as { rules: readonly { action: string; ports: unknown }[] }).rules;
    assert.equal(rule?.action, 'Pass');
    assert.deepEqual(rule?.ports, ['53/UDP', '1-9/TCP', 'web/*']);
    assert.equal(nodeOf(mapManifest('BaselineAdminNetworkPolicy', '{}')).name, 'BaselineAdminNetworkPolicy/x');
  });
});

describe('gateways', () => {
  test('tell where they listen, and for whose routes', () => {
    const mapped = mapManifest(
      'Gateway',
      `spec:
        gatewayClassName: example
        listeners:
          - {name: web, port: 80, protocol: HTTP}
          - name: safe
            port: 443
            protocol: HTTPS
            hostname: '*.example.com'
            allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {app: web}}}, kinds: [{kind: HTTPRoute}]}
          - {name: dns, port: 53, protocol: UDP, allowedRoutes: {namespaces: {from: All}}}
status: {addresses: [{type: IPAddress, value: 203.0.113.5}]}`,
    );
    hasProperties(nodeOf(mapped), {
      className: 'example',
      hosts: ['*', '*.example.com'],
      ports: ['80/TCP', '443/TCP', '53/UDP'],
      addresses: ['203.0.113.5'],
      internal: false,
      listeners: [
        {
          name: 'web',
          port: 80,
          protocol: 'HTTP',
          hostname: null,
          routesFrom: 'Same',
          namespaceSelector: null,
          routeKinds: [],
        },
        {
          name: 'safe',
          port: 443,
          protocol: 'HTTPS',
          hostname: '*.example.com',
          routesFrom: 'Selector',
          namespaceSelector: web,
          routeKinds: ['HTTPRoute'],
        },
        {
          name: 'dns',
          port: 53,
          protocol: 'UDP',
          hostname: null,
          routesFrom: 'All',
          namespaceSelector: null,
          routeKinds: [],
        },
      ],
    });
  });

  test('in a manifest have the addresses they ask for, or none yet', () => {
    const addresses = (manifest: string): unknown =>
      (nodeOf(mapManifest('Gateway', manifest)).properties as { addresses?: unknown }).addresses;
    assert.equal(addresses('spec: {}'), null);
    assert.deepEqual(addresses('spec: {addresses: [{value: 10.0.0.1}]}'), ['10.0.0.1']);
    assert.deepEqual(addresses('{spec: {addresses: [{value: 10.0.0.1}]}, status: {}}'), []);
  });

  for (const [manifest, internal] of [
    ['spec: {gatewayClassName: gke-l7-global-external-managed}', false],
    ['spec: {gatewayClassName: gke-l7-rilb}', true],
    ['spec: {gatewayClassName: gke-l7-cross-regional-internal-managed-mc}', true],
    ['spec: {gatewayClassName: istio-waypoint}', true],
    ['metadata: {name: x, annotations: {networking.istio.io/service-type: ClusterIP}}', true],
    [`spec: {infrastructure: {annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: 'true'}}}`, true],
  ] as const) {
    test(`${internal ? 'are internal' : 'are not internal'} by ${manifest}`, () =>
      hasProperties(nodeOf(mapManifest('Gateway', manifest)), { internal }));
  }
});

describe('routes', () => {
  test('of HTTP lead from their gateways to the services that get their traffic, a copy of it too', () => {
    const mapped = mapManifest(
      'HTTPRoute',
      `spec:
        hostnames: [shop.example.com]
        parentRefs:
          - {name: front, sectionName: web}
          - {name: front, sectionName: safe}
          - {name: shared, namespace: infra}
          - {name: mesh, kind: Service, group: ''}
        rules:
          - matches: [{path: {value: /cart}}, {headers: [{name: a, value: b}]}]
            filters: [{type: RequestMirror, requestMirror: {backendRef: {name: copy}}}]
            backendRefs:
              - {name: cart, port: 80}
              - {name: elsewhere, namespace: other}
              - {name: unused, weight: 0}
              - {name: bucket, kind: Bucket, group: example.com}
status:
  parents:
    - {parentRef: {name: front, sectionName: web}, conditions: [{type: Accepted, status: 'False'}]}
    - {parentRef: {name: front, sectionName: safe}, conditions: [{type: Accepted, status: 'True'}]}`,
    );
    assert.deepEqual(arrowsOf(mapped), [
      'Route/default/HTTPRoute/x IN_NAMESPACE Namespace/default',
      'Route/default/HTTPRoute/x ATTACHES_TO Gateway/default/front',
      'Route/default/HTTPRoute/x ATTACHES_TO Gateway/infra/shared',
      'Route/default/HTTPRoute/x ROUTES_TO Service/default/cart',
      'Route/default/HTTPRoute/x ROUTES_TO Service/other/elsewhere',
      'Route/default/HTTPRoute/x ROUTES_TO Service/default/copy',
    ]);
    const [, front, shared, cart] = mapped.record?.relationships ?? [];
    assert.deepEqual(front?.properties, { listeners: ['web', 'safe'], accepted: true });
    assert.deepEqual(shared?.properties, { listeners: ['*'], accepted: null });
    assert.deepEqual(cart?.properties, { routes: ['shop.example.com/cart', 'shop.example.com/'] });
    hasProperties(nodeOf(mapped), { routeKind: 'HTTPRoute', hosts: ['shop.example.com'] });
  });

  test('of other kinds have methods, or hosts only', () => {
    const routesOf = (kind: string, rule: string): unknown =>
      mapManifest(kind, `spec: {rules: [{${rule} backendRefs: [{name: s}]}]}`).record?.relationships.at(-1)?.properties;
    const matches = 'matches: [{method: {service: shop.Cart, method: Add}}, {method: {service: shop.List}}],';
    assert.deepEqual(routesOf('GRPCRoute', matches), { routes: ['*/shop.Cart/Add', '*/shop.List/*'] });
    assert.deepEqual(routesOf('GRPCRoute', ''), { routes: ['*/'] });
    for (const kind of ['TLSRoute', 'TCPRoute', 'UDPRoute']) assert.deepEqual(routesOf(kind, ''), { routes: ['*'] });
  });

  test('are refused only where every controller has said no', () => {
    const accepted = (...statuses: readonly string[]): unknown => {
      const conditions = statuses.map((status) => ({ type: 'Accepted', status }));
      const status = {
        parents: conditions.map((condition) => ({ parentRef: { name: 'g' }, conditions: [condition] })),
      };
      const manifest = JSON.stringify({ spec: { parentRefs: [{ name: 'g' }] }, status });
      return mapManifest('TCPRoute', manifest).record?.relationships[1]?.properties?.accepted;
    };
    assert.equal(accepted(), null);
    assert.equal(accepted('False'), false);
    assert.equal(accepted('False', 'Unknown'), null);
    assert.equal(accepted('False', 'True'), true);
  });

  test('may be let into other namespaces by grants', () => {
    const mapped = mapManifest(
      'ReferenceGrant',
      `spec:
        from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
        to: [{group: '', kind: Service}, {group: '', kind: Service, name: web}]`,
    );
    hasProperties(nodeOf(mapped), {
      from: ['HTTPRoute.gateway.networking.k8s.io/shop'],
      to: ['Service/*', 'Service/web'],
    });
  });
});
