/** How large a cluster a benchmark charts. */
export interface ClusterSize {
  readonly nodes: number;
  readonly pods: number;
}

/** An object as one would send it to the API server. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [field: string]: unknown;
}

const namespaces = 20;
const accountsPerNamespace = 10;
const rbac = 'rbac.authorization.k8s.io';

/**
 * A cluster as a busy one is filled, the same one each time: nodes, pods bound to them over 20 namespaces with 10
 * service accounts each, a role and a binding for each account, every pod with its token mounted, one in fifty
 * privileged. What others refer to comes first.
 */
export function* clusterObjects({ nodes, pods }: ClusterSize): Iterable<Manifest> {
  const names = Array.from({ length: namespaces }, (_, index) => `team-${index}`);
  for (const name of names) yield { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  const accounts = names.flatMap((namespace) =>
    Array.from({ length: accountsPerNamespace }, (_, index) => ({ namespace, name: `app-${index}` })),
  );
  for (const [index, metadata] of accounts.entries()) {
    const rule =
      index % 7 === 0
        ? { resources: ['pods/exec'], verbs: ['create'] }
        : { resources: ['configmaps', 'services', 'endpoints'], verbs: ['get', 'list', 'watch'] };
    const roleRef = { apiGroup: rbac, kind: 'Role', name: metadata.name };
    yield { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
    yield { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: [{ apiGroups: [''], ...rule }] };
    const subjects = [{ kind: 'ServiceAccount', ...metadata }];
    yield { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects };
  }
  for (let index = 0; index < nodes; index++) {
    yield { apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${index}` } };
  }
  for (let index = 0; index < pods; index++) {
    const { namespace, name } = accounts[index % accounts.length] as (typeof accounts)[number];
    yield {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        namespace,
        name: `pod-${index}`,
        labels: { app: name, 'app.kubernetes.io/name': name, version: `v${index % 5}` },
      },
      spec: podSpec(index, nodes, name),
    };
  }
}

function podSpec(index: number, nodes: number, account: string): unknown {
  const token = 'kube-api-access';
  return {
    nodeName: `node-${index % nodes}`,
    serviceAccountName: account,
    containers: [
      {
        name: 'main',
        image: `registry.example.com/${account}:1.${index % 9}`,
        ports: [{ containerPort: 8080 }],
        env: [{ name: 'MODE', value: 'production' }],
        securityContext: { privileged: index % 50 === 0 },
        resources: { requests: { cpu: '100m', memory: '128Mi' } },
        volumeMounts: [{ name: token, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }],
      },
    ],
    volumes: [{ name: token, projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
  };
}
