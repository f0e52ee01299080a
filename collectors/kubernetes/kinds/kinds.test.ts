import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NodeFact } from '../../../graph/model/observation.ts';
import type { Mapped } from '../map.ts';
import {
  arrowsOf as arrows,
  mapManifest as map,
  nodeOf as node,
  hasProperties as some,
} from '../testing/map-manifest.ts';

describe('pods', () => {
  const pod = (spec: string): Mapped => map('Pod', `spec: {${spec}}`);
  const live = (spec: string): Mapped => map('Pod', `{metadata: {name: x, uid: u1}, spec: {${spec}}}`);

  test('yield themselves, their containers of every type, and whom they run as and on', () => {
    const mapped = live(`nodeName: worker-1, serviceAccountName: builder,
      initContainers: [{name: setup}, {name: proxy, restartPolicy: Always}], containers: [{name: main}],
      ephemeralContainers: [{name: debugger}]`);
    const parts = mapped.record?.nodes.slice(1) as readonly NodeFact<'Container'>[];
    assert.deepEqual(
      parts.map(({ uid, namespace, name, properties }) => [uid, namespace, name, properties.type]),
      [
        ['u1/setup', 'default', 'x/setup', 'init'],
        ['u1/proxy', 'default', 'x/proxy', 'sidecar'],
        ['u1/main', 'default', 'x/main', 'container'],
        ['u1/debugger', 'default', 'x/debugger', 'ephemeral'],
      ],
    );
    assert.deepEqual(arrows(mapped), [
      'Pod/default/x IN_NAMESPACE Namespace/default',
      'Pod/default/x HAS_CONTAINER Container/default/x/setup',
      'Pod/default/x HAS_CONTAINER Container/default/x/proxy',
      'Pod/default/x HAS_CONTAINER Container/default/x/main',
      'Pod/default/x HAS_CONTAINER Container/default/x/debugger',
      'Pod/default/x RUNS_AS ServiceAccount/default/builder',
      'Pod/default/x RUNS_ON Node/worker-1',
    ]);
    assert.equal(mapped.record?.key, 'u1');
  });

  test('without a service account run as default; without a UID go by their name', () => {
    const mapped = pod('containers: [{name: main}]');
    assert.ok(arrows(mapped).includes('Pod/default/x RUNS_AS ServiceAccount/default/default'));
    assert.equal(mapped.record?.key, 'default/x');
    assert.equal(node(mapped, 1).uid, null);
    some(node(mapped), { live: false, phase: null, automountToken: null });
  });

  test("let a container's security context go before their own", () => {
    const mapped = pod(`hostPID: true, securityContext: {runAsUser: 1000, runAsNonRoot: true}, containers: [
      {name: a, securityContext: {runAsUser: 0, privileged: true, capabilities: {add: [CAP_sys_admin, NET_RAW], drop: [all]}}},
      {name: b, securityContext: {runAsNonRoot: false, readOnlyRootFilesystem: true}}]`);
    some(node(mapped), { hostPid: true, hostIpc: false, hostNetwork: false });
    some(node(mapped, 1), {
      privileged: true,
      runAsUser: 0,
      runAsNonRoot: true,
      capabilitiesAdded: ['SYS_ADMIN', 'NET_RAW'],
      capabilitiesDropped: ['ALL'],
      allowPrivilegeEscalation: null,
    });
    some(node(mapped, 2), { privileged: false, runAsUser: 1000, runAsNonRoot: false, readOnlyRootFilesystem: true });
  });

  test('name the AppArmor profile that is asked for, by field or by annotation', () => {
    const mapped = map(
      'Pod',
      `{metadata: {name: x, annotations: {container.apparmor.security.beta.kubernetes.io/c: unconfined,
            container.apparmor.security.beta.kubernetes.io/d: localhost/mine}},
        spec: {containers: [{name: a}, {name: b, securityContext: {appArmorProfile: {type: Unconfined}}}, {name: c}, {name: d}]}}`,
    );
    assert.deepEqual(
      [1, 2, 3, 4].map((index) => (node(mapped, index) as NodeFact<'Container'>).properties.appArmor),
      [null, 'Unconfined', 'Unconfined', 'Localhost'],
    );
    const ofPod = pod(
      'hostUsers: false, securityContext: {appArmorProfile: {type: Unconfined}}, containers: [{name: a}]',
    );
    some(node(ofPod), { hostUsers: false, shareProcessNamespace: false });
    some(node(ofPod, 1), { appArmor: 'Unconfined' });
  });

  test('name the secrets in their environment, once each', () => {
    const mapped = pod(`containers: [{name: a, envFrom: [{secretRef: {name: all}}, {configMapRef: {name: c}}], env: [
      {name: A, valueFrom: {secretKeyRef: {name: db, key: user}}}, {name: B, valueFrom: {secretKeyRef: {name: db, key: password}}},
      {name: C, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}, {name: D, value: plain}]}]`);
    some(node(mapped, 1), { secretsInEnv: ['db', 'all'] });
  });

  test('declare ports, which are host ports where the network is the host', () => {
    const ports =
      'containers: [{name: a, ports: [{containerPort: 53, protocol: UDP}, {containerPort: 80, hostPort: 8080}]}]';
    some(node(pod(ports), 1), { ports: ['53/UDP', '80/TCP'], hostPorts: ['8080/TCP'] });
    some(node(pod(`hostNetwork: true, ${ports}`), 1), { hostPorts: ['53/UDP', '8080/TCP'] });
  });

  test('tell the digest that runs', () => {
    const mapped = map(
      'Pod',
      `{spec: {containers: [{name: a, image: nginx}]},
        status: {phase: Running, podIP: 10.0.0.1, containerStatuses: [{name: a, imageID: "docker-pullable://nginx@sha256:1"}]}}`,
    );
    some(node(mapped, 1), { image: 'nginx', imageId: 'nginx@sha256:1' });
    some(node(mapped), { phase: 'Running', podIp: '10.0.0.1' });
  });

  test('run the images of their digests, once each', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const mapped = map(
      'Pod',
      `{spec: {containers: [{name: a}, {name: b}, {name: c}]}, status: {containerStatuses: [
        {name: a, imageID: "docker.io/nginx@${digest}"}, {name: b, imageID: "mirror/nginx@${digest}"}, {name: c, imageID: "${digest}"}]}}`,
    );
    assert.deepEqual(
      mapped.record?.nodes.filter(({ kind }) => kind === 'Image'),
      [{ kind: 'Image', uid: null, namespace: null, name: digest, properties: { digest } }],
    );
    const runs = mapped.record?.relationships.filter(({ kind }) => kind === 'RUNS_IMAGE');
    assert.deepEqual(
      runs?.map(({ from, to }) => [from.split('/').at(-1), to]),
      [
        ['a', `Image/${digest}`],
        ['b', `Image/${digest}`],
      ],
    );
  });

  const mount = 'containers: [{name: a, volumeMounts: [{name: t, mountPath: /t}]}]';
  const projected = (source: string): string => `${mount}, volumes: [{name: t, projected: {sources: [${source}]}}]`;
  const secret = (name: string): string => `${mount}, volumes: [{name: t, secret: {secretName: ${name}}}]`;
  for (const [what, spec, ofLive, ofManifest] of [
    ['no volume', mount, 'none', 'default'],
    ['a projected token', projected('{serviceAccountToken: {path: token}}'), 'mounted', 'mounted'],
    [
      "one for the API server's audience",
      projected('{serviceAccountToken: {audience: https://kubernetes.default.svc}}'),
      'mounted',
      'mounted',
    ],
    ['one for a cloud', projected('{serviceAccountToken: {audience: sts.amazonaws.com}}'), 'none', 'default'],
    ['a token secret', secret('builder-token-x7k2p'), 'mounted', 'mounted'],
    ['a projected token secret', projected('{secret: {name: builder-token-x7k2p}}'), 'mounted', 'mounted'],
    ["another account's token secret", secret('admin-token-x7k2p'), 'none', 'default'],
    ['any other secret', secret('builder-token-of-mine'), 'none', 'default'],
    [
      'a token that this container does not mount',
      projected('{serviceAccountToken: {}}').replace('name: t,', 'name: u,'),
      'none',
      'default',
    ],
  ] as const) {
    test(`with ${what}: apiToken is ${ofLive} when live, ${ofManifest} in a manifest`, () => {
      some(node(live(`serviceAccountName: builder, ${spec}`), 1), { apiToken: ofLive });
      some(node(pod(`serviceAccountName: builder, ${spec}`), 1), { apiToken: ofManifest });
    });
  }

  test('have the volumes that lead beyond them, with the containers that mount them', () => {
    const mapped = live(`volumes: [
        {name: host, hostPath: {path: /var//log/, type: Directory}}, {name: scratch, emptyDir: {}},
        {name: keys, projected: {sources: [{secret: {name: k}}, {configMap: {name: c}}, {serviceAccountToken: {}}]}},
        {name: data, persistentVolumeClaim: {claimName: disk, readOnly: true}}, {name: tmp, ephemeral: {}}],
      initContainers: [{name: a, volumeMounts: [{name: data, mountPath: /d}, {name: scratch, mountPath: /s}]}],
      containers: [{name: b, volumeMounts: [{name: host, mountPath: /l, subPath: pods/, readOnly: true}, {name: host, mountPath: /w}]}]`);
    const volumes = mapped.record?.nodes.filter(({ kind }) => kind === 'Volume') as readonly NodeFact<'Volume'>[];
    assert.deepEqual(
      volumes.map(({ uid, name, properties }) => [uid, name, properties.type, properties.hostPath ?? properties.claim]),
      [
        ['u1/host', 'x/host', 'hostPath', '/var/log'],
        ['u1/keys', 'x/keys', 'projected', null],
        ['u1/data', 'x/data', 'persistentVolumeClaim', 'disk'],
        ['u1/tmp', 'x/tmp', 'ephemeral', 'x-tmp'],
      ],
    );
    some(volumes[0] as NodeFact, { hostPathType: 'Directory', secrets: [], apiToken: false });
    some(node(mapped, 1), { volumeTypes: ['persistentVolumeClaim'], secretsInVolumes: [] });
    some(node(mapped, 2), { volumeTypes: ['hostPath'] });
    some(volumes[1] as NodeFact, { secrets: ['k'], configMaps: ['c'], apiToken: true });
    assert.deepEqual(
      mapped.record?.relationships
        .filter(({ kind }) => kind === 'MOUNTS')
        .map(({ from, to, properties }) => [from, to, properties]),
      [
        ['Container/default/x/a', 'Volume/default/x/data', { mountPaths: ['/d'], writable: [], readOnly: ['.'] }],
        [
          'Container/default/x/b',
          'Volume/default/x/host',
          { mountPaths: ['/l', '/w'], writable: ['.'], readOnly: ['pods'] },
        ],
      ],
    );
    assert.ok(arrows(mapped).includes('Volume/default/x/tmp CLAIMS PersistentVolumeClaim/default/x-tmp'));
    assert.ok(arrows(mapped).includes('Pod/default/x HAS_VOLUME Volume/default/x/host'));
  });

  test('that are static carry the hash of their manifest, keep their own UID, and have no service account', () => {
    const mapped = map(
      'Pod',
      `{metadata: {name: etcd-a, namespace: kube-system, uid: api-uid,
          annotations: {kubernetes.io/config.hash: h4sh, kubernetes.io/config.mirror: h4sh}},
        spec: {nodeName: a, containers: [{name: etcd}]}}`,
    );
    assert.equal(mapped.record?.key, 'api-uid');
    assert.equal(node(mapped).uid, 'api-uid', 'whoever may create pods may write that annotation');
    some(node(mapped), { kubeletUid: 'h4sh' });
    assert.equal(node(mapped, 1).uid, 'api-uid/etcd');
    some(node(mapped, 1), { apiToken: 'none' });
    assert.ok(!arrows(mapped).some((arrow) => arrow.includes('RUNS_AS')));
  });

  test('name what made them', () => {
    const owner = '{kind: ReplicaSet, name: web-1, controller: true}';
    some(node(map('Pod', `metadata: {name: x, ownerReferences: [{kind: Odd, name: o}, ${owner}]}`)), {
      owner: 'ReplicaSet/web-1',
    });
  });

  test('keep no environment and no annotations', () => {
    const mapped = map(
      'Pod',
      `{metadata: {name: x, annotations: {note: s3cret}},
        spec: {containers: [{name: a, env: [{name: PASSWORD, value: s3cret}], command: [s3cret], args: [s3cret]}]}}`,
    );
    assert.ok(!JSON.stringify(mapped.record).includes('s3cret'));
  });

  test('with malformed fields go in without them', () => {
    const mapped = pod('hostPID: maybe, containers: [{name: a, image: 7}, {image: b}, {name: a}, 5]');
    assert.deepEqual(
      mapped.problems.map(({ field, message }) => `${field} ${message}`),
      [
        'spec.containers[3] must be an object',
        'spec.containers[0].image must be a string',
        'spec.containers[1].name is missing or invalid',
        'spec.containers[2].name is there twice',
        'spec.containers[3].name is missing or invalid',
        'spec.hostPID must be true or false',
      ],
    );
    assert.equal(mapped.record?.nodes.length, 2);
  });
});

describe('bindings', () => {
  const binding = (subjects: string, roleRef = '{kind: ClusterRole, name: edit}'): Mapped =>
    map('RoleBinding', `{metadata: {name: ci, namespace: build}, roleRef: ${roleRef}, subjects: ${subjects}}`);

  test('grant a role to users, groups and service accounts, of other namespaces too', () => {
    const mapped = binding(`[{kind: User, name: alice}, {kind: Group, name: "system:authenticated"},
      {kind: ServiceAccount, name: ci, namespace: tools}, {kind: User, name: "system:serviceaccount:tools:cd"}]`);
    assert.deepEqual(arrows(mapped), [
      'Binding/build/ci IN_NAMESPACE Namespace/build',
      'Binding/build/ci GRANTS Role/edit',
      'Binding/build/ci TO_SUBJECT User/alice',
      'Binding/build/ci TO_SUBJECT Group/system:authenticated',
      'Binding/build/ci TO_SUBJECT ServiceAccount/tools/ci',
      'Binding/build/ci TO_SUBJECT ServiceAccount/tools/cd',
    ]);
    assert.deepEqual(
      mapped.record?.nodes.map(({ kind, name }) => `${kind} ${name}`),
      ['Binding ci', 'User alice', 'Group system:authenticated'],
    );
    some(node(mapped), {
      roleRef: 'Role/edit',
      subjects: ['User/alice', 'Group/system:authenticated', 'ServiceAccount/tools/ci', 'ServiceAccount/tools/cd'],
    });
  });

  test('name a Role within their namespace, a ClusterRole without', () => {
    some(node(binding('[]', '{kind: Role, name: edit}')), { roleRef: 'Role/build/edit' });
    const bad = map('ClusterRoleBinding', 'roleRef: {kind: Role, name: edit}');
    some(node(bad), { roleRef: null });
    assert.deepEqual(bad.problems, [{ field: 'roleRef.kind', message: 'must be ClusterRole' }]);
  });

  test('lose the subjects that the API server would refuse, and say so', () => {
    const mapped = binding(
      '[{kind: ServiceAccount, name: ci}, {kind: Robot, name: r2}, {kind: User}, {kind: User, name: bob}]',
    );
    some(node(mapped), { subjects: ['User/bob'] });
    assert.deepEqual(
      mapped.problems.map(({ field }) => field),
      ['subjects[0].namespace', 'subjects[1].kind', 'subjects[2].name'],
    );
  });
});

test('roles keep the places of their rules', () => {
  const mapped = map(
    'ClusterRole',
    `{metadata: {name: r, namespace: ignored}, aggregationRule: {clusterRoleSelectors: []}, rules: [
      {nonResourceURLs: [/metrics], verbs: [get]},
      {apiGroups: [""], resources: [pods/exec], resourceNames: [db], verbs: [create]}]}`,
  );
  assert.equal(node(mapped).namespace, null);
  some(node(mapped), {
    aggregated: true,
    rules: [
      { verbs: ['get'], apiGroups: [], resources: [], resourceNames: [] },
      { verbs: ['create'], apiGroups: [''], resources: ['pods/exec'], resourceNames: ['db'] },
    ],
  });
});

test('namespaces carry their Pod Security level', () => {
  const mapped = map('Namespace', 'metadata: {name: x, labels: {pod-security.kubernetes.io/enforce: baseline}}');
  some(node(mapped), { podSecurityEnforce: 'baseline', labels: ['pod-security.kubernetes.io/enforce=baseline'] });
  assert.deepEqual(arrows(mapped), ['Namespace/x IN_CLUSTER Cluster/prod']);
});

test('nodes tell their addresses and whether they are of the control plane', () => {
  const mapped = map(
    'Node',
    `{metadata: {name: a, labels: {node-role.kubernetes.io/control-plane: ""}}, spec: {unschedulable: true},
      status: {addresses: [{type: InternalIP, address: 10.0.0.2}, {type: ExternalIP, address: 198.51.100.7}, {type: Hostname, address: a}]}}`,
  );
  some(node(mapped), {
    internalAddresses: ['10.0.0.2'],
    externalAddresses: ['198.51.100.7'],
    controlPlane: true,
    unschedulable: true,
  });
});

test('service accounts tell whether they mount tokens', () => {
  some(node(map('ServiceAccount', 'automountServiceAccountToken: false')), { automountToken: false });
  some(node(map('ServiceAccount', '{}')), { automountToken: null });
});

describe('services', () => {
  const service = (annotations: string, spec = ''): NodeFact =>
    node(map('Service', `{metadata: {name: x, annotations: {${annotations}}}, spec: {type: LoadBalancer, ${spec}}}`));

  test('tell ports, selector, addresses and who may reach them', () => {
    const mapped = map(
      'Service',
      `{spec: {type: NodePort, selector: {app: web}, externalIPs: [192.0.2.1], loadBalancerSourceRanges: [10.0.0.0/8],
          ports: [{port: 80, nodePort: 30080}, {port: 53, protocol: UDP, nodePort: 0}]},
        status: {loadBalancer: {ingress: [{ip: 203.0.113.1}, {hostname: lb.example}]}}}`,
    );
    some(node(mapped), {
      type: 'NodePort',
      ports: ['80/TCP', '53/UDP'],
      nodePorts: ['30080/TCP'],
      selector: ['app=web'],
      externalIps: ['192.0.2.1'],
      addresses: ['203.0.113.1', 'lb.example'],
      sourceRanges: ['10.0.0.0/8'],
    });
  });

  test('take source ranges from the annotation where the field has none', () => {
    const annotation = 'service.beta.kubernetes.io/load-balancer-source-ranges: "10.0.0.0/8, 192.0.2.0/24"';
    some(service(annotation), { sourceRanges: ['10.0.0.0/8', '192.0.2.0/24'] });
    some(service(annotation, 'loadBalancerSourceRanges: [203.0.113.0/24]'), { sourceRanges: ['203.0.113.0/24'] });
  });

  for (const [annotations, internal, spec = ''] of [
    ['', false],
    ['service.beta.kubernetes.io/aws-load-balancer-internal: "true"', true],
    ['service.beta.kubernetes.io/aws-load-balancer-internal: 0.0.0.0/0', true],
    ['service.beta.kubernetes.io/aws-load-balancer-internal: "false"', false],
    ['service.beta.kubernetes.io/aws-load-balancer-scheme: internal', true],
    [
      'service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing',
      false,
      'loadBalancerClass: service.k8s.aws/nlb',
    ],
    ['service.beta.kubernetes.io/aws-load-balancer-type: external', true],
    ['service.beta.kubernetes.io/aws-load-balancer-type: nlb', false],
    ['', true, 'loadBalancerClass: service.k8s.aws/nlb'],
    ['service.beta.kubernetes.io/azure-load-balancer-internal: "true"', true],
    ['service.beta.kubernetes.io/azure-load-balancer-internal: "false"', false],
    ['networking.gke.io/load-balancer-type: Internal', true],
    ['cloud.google.com/load-balancer-type: internal', true],
    ['cloud.google.com/load-balancer-type: External', false],
    ['service.beta.kubernetes.io/openstack-internal-load-balancer: "true"', true],
    ['service.kubernetes.io/qcloud-loadbalancer-internal-subnetid: subnet-1', true],
    ['service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type: intranet', true],
    ['service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type: internet', false],
  ] as const) {
    test(`${annotations || 'no annotation'} ${spec}: internal is ${internal}`, () => {
      some(service(annotations, spec), { internal });
    });
  }
});

test('persistent volumes are joined to their claims, by either of them', () => {
  const volume = map('PersistentVolume', 'spec: {local: {path: /mnt/disks/a/}, claimRef: {namespace: shop, name: db}}');
  some(node(volume), { localPath: '/mnt/disks/a', hostPath: null });
  assert.deepEqual(arrows(volume), ['PersistentVolumeClaim/shop/db BOUND_TO PersistentVolume/x']);
  const claim = map('PersistentVolumeClaim', 'spec: {volumeName: pv, accessModes: [ReadWriteOnce]}');
  assert.ok(arrows(claim).includes('PersistentVolumeClaim/default/x BOUND_TO PersistentVolume/pv'));
  assert.equal(map('PersistentVolumeClaim', 'spec: {}').record?.relationships.length, 1);
});

test('endpoint slices join their service to its pods, whether or not they are ready', () => {
  const mapped = map(
    'EndpointSlice',
    `{metadata: {name: x, labels: {kubernetes.io/service-name: web}}, ports: [{port: 8080}, {port: 53, protocol: UDP}],
      endpoints: [{targetRef: {kind: Pod, name: a, namespace: default}},
        {targetRef: {kind: Pod, name: b, namespace: default}, conditions: {ready: false, serving: true}},
        {targetRef: {kind: Pod, name: c, namespace: default}, conditions: {ready: false, serving: false}},
        {targetRef: {kind: Node, name: n}}, {addresses: [192.0.2.1]}]}`,
  );
  assert.deepEqual(
    mapped.record?.relationships.map(({ from, to, properties }) => [from, to, properties]),
    ['a', 'b', 'c'].map((name) => ['Service/default/web', `Pod/default/${name}`, { ports: ['8080/TCP', '53/UDP'] }]),
  );
  assert.deepEqual(map('EndpointSlice', 'endpoints: [{targetRef: {kind: Pod, name: a}}]').record?.relationships, []);
});

describe('ingresses', () => {
  const ingress = (annotations: string, spec = '', status = ''): NodeFact =>
    node(map('Ingress', `{metadata: {name: x, annotations: {${annotations}}}, spec: {${spec}}, status: {${status}}}`));
  const address = (hostname: string): string => `loadBalancer: {ingress: [{hostname: ${hostname}}]}`;

  test('route to every backend, also of the old version', () => {
    const mapped = map(
      'Ingress',
      `spec: {ingressClassName: nginx, tls: [{secretName: t}], defaultBackend: {service: {name: web}}, rules: [
        {host: shop.example, http: {paths: [{path: /pay, backend: {service: {name: pay}}}, {backend: {service: {name: web}}}]}},
        {http: {paths: [{path: /old, backend: {serviceName: old}}, {path: /files, backend: {resource: {kind: Bucket, name: b}}}]}}]}`,
    );
    some(node(mapped), { className: 'nginx', hosts: ['shop.example', '*'], tls: true, internal: false });
    assert.deepEqual(
      mapped.record?.relationships.slice(1).map(({ to, properties }) => [to, properties?.routes]),
      [
        ['Service/default/pay', ['shop.example/pay']],
        ['Service/default/web', ['shop.example/', '*/']],
        ['Service/default/old', ['*/old']],
      ],
    );
  });

  for (const [annotations, spec, status, internal] of [
    ['', 'ingressClassName: nginx', '', false],
    ['kubernetes.io/ingress.class: gce-internal', '', '', true],
    ['appgw.ingress.kubernetes.io/use-private-ip: "true"', '', '', true],
    ['alb.ingress.kubernetes.io/scheme: internet-facing', 'ingressClassName: alb', '', false],
    ['alb.ingress.kubernetes.io/scheme: internal', '', '', true],
    ['', 'ingressClassName: alb', '', true],
    ['', 'ingressClassName: alb', address('internal-k8s-1.eu-west-1.elb.amazonaws.com'), true],
    ['', 'ingressClassName: alb', address('k8s-1.eu-west-1.elb.amazonaws.com'), false],
  ] as const) {
    test(`${annotations} ${spec} ${status}: internal is ${internal}`, () => {
      some(ingress(annotations, spec, status), { internal });
    });
  }
});

describe('workloads', () => {
  test('go by kind and name, run as the account of their template, and belong to what made them', () => {
    const mapped = map(
      'ReplicaSet',
      `{metadata: {name: web-1, ownerReferences: [{kind: Deployment, name: web, controller: true}]},
        spec: {replicas: 2, template: {spec: {serviceAccountName: shop}}}}`,
    );
    assert.equal(node(mapped).name, 'ReplicaSet/web-1');
    some(node(mapped), { workloadKind: 'ReplicaSet', replicas: 2 });
    assert.deepEqual(arrows(mapped), [
      'Workload/default/ReplicaSet/web-1 IN_NAMESPACE Namespace/default',
      'Workload/default/ReplicaSet/web-1 RUNS_AS ServiceAccount/default/shop',
      'Workload/default/ReplicaSet/web-1 OWNED_BY Workload/default/Deployment/web',
    ]);
  });

  test('of type CronJob keep their template a level deeper', () => {
    const mapped = map('CronJob', 'spec: {jobTemplate: {spec: {template: {spec: {serviceAccountName: night}}}}}');
    assert.ok(arrows(mapped).includes('Workload/default/CronJob/x RUNS_AS ServiceAccount/default/night'));
  });

  test('own pods, unless their controller is not built in', () => {
    const pod = (kind: string): readonly string[] =>
      arrows(map('Pod', `metadata: {name: x, ownerReferences: [{kind: ${kind}, name: y, controller: true}]}`));
    assert.ok(pod('Job').includes('Pod/default/x OWNED_BY Workload/default/Job/y'));
    assert.ok(!pod('Rollout').some((arrow) => arrow.includes('OWNED_BY')));
  });
});

describe('secrets', () => {
  const annotations = 'annotations: {kubernetes.io/service-account.name: builder, other: s3cret}';

  test('say their type and whose token they hold, and nothing else', () => {
    const mapped = map(
      'Secret',
      `{metadata: {name: x, ${annotations}}, type: kubernetes.io/service-account-token, data: {token: s3cret}}`,
    );
    assert.deepEqual(node(mapped).properties, {
      createdAt: null,
      type: 'kubernetes.io/service-account-token',
      serviceAccount: 'builder',
    });
  });

  test('of another type hold no token', () => {
    some(node(map('Secret', `metadata: {name: x, ${annotations}}`)), { type: 'Opaque', serviceAccount: null });
  });
});

test('an object without a valid name is a problem and no record', () => {
  for (const metadata of [
    '{}',
    '{name: a/b}',
    '{name: ..}',
    '{name: 5}',
    '{generateName: a-}',
    '{name: a, namespace: b/c}',
  ]) {
    const mapped = map('Pod', `metadata: ${metadata}`);
    assert.equal(mapped.record, null, metadata);
    assert.ok(mapped.problems.length > 0, metadata);
  }
});
