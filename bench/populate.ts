import type { Kubernetes } from '../test/testbed/kubernetes.ts';

const namespaces = 20;
const accountsPerNamespace = 10;

/** Runs tasks, a number of them at a time. */
async function inParallel(width: number, tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const queue = tasks.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const task of queue) await task();
    }),
  );
}

/**
 * Fills a cluster as a busy one is filled: nodes, pods bound to them over 20 namespaces with 10 service accounts each,
 * a role and a binding for each account, one pod in fifty privileged. Resolves with how many objects were made.
 */
export async function populate(
  kubernetes: Kubernetes,
  { nodes, pods }: { readonly nodes: number; readonly pods: number },
): Promise<number> {
  let made = 0;
  const create = async (path: string, body: unknown): Promise<void> => {
    const { status, body: answer } = await kubernetes.request('POST', path, body);
    if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    made++;
  };
  const rbac = 'rbac.authorization.k8s.io';
  const names = Array.from({ length: namespaces }, (_, index) => `team-${index}`);
  await inParallel(
    16,
    names.map((name) => () => create('/api/v1/namespaces', { metadata: { name } })),
  );
  const accounts = names.flatMap((namespace) =>
    Array.from({ length: accountsPerNamespace }, (_, index) => ({ namespace, name: `app-${index}` })),
  );
  await inParallel(
    16,
    accounts.flatMap(({ namespace, name }, index) => {
      const metadata = { namespace, name };
      const resources = index % 7 === 0 ? ['pods/exec'] : ['configmaps', 'services', 'endpoints'];
      const verbs = index % 7 === 0 ? ['create'] : ['get', 'list', 'watch'];
      const roleRef = { apiGroup: rbac, kind: 'Role', name };
      const subjects = [{ kind: 'ServiceAccount', namespace, name }];
      return [
        () => create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata }),
        () =>
          create(`/apis/${rbac}/v1/namespaces/${namespace}/roles`, {
            metadata,
            rules: [{ apiGroups: [''], resources, verbs }],
          }),
        () => create(`/apis/${rbac}/v1/namespaces/${namespace}/rolebindings`, { metadata, roleRef, subjects }),
      ];
    }),
  );
  await inParallel(
    16,
    Array.from({ length: nodes }, (_, index) => () => create('/api/v1/nodes', { metadata: { name: `node-${index}` } })),
  );
  await inParallel(
    16,
    Array.from({ length: pods }, (_, index) => () => {
      const { namespace, name } = accounts[index % accounts.length] as (typeof accounts)[number];
      return create(`/api/v1/namespaces/${namespace}/pods`, {
        metadata: {
          name: `pod-${index}`,
          labels: { app: name, 'app.kubernetes.io/name': name, version: `v${index % 5}` },
        },
        spec: {
          nodeName: `node-${index % nodes}`,
          serviceAccountName: name,
          containers: [
            {
              name: 'main',
              image: `registry.example.com/${name}:1.${index % 9}`,
              ports: [{ containerPort: 8080 }],
              env: [{ name: 'MODE', value: 'production' }],
              securityContext: { privileged: index % 50 === 0 },
              resources: { requests: { cpu: '100m', memory: '128Mi' } },
            },
          ],
          volumes: [{ name: 'kube-api-access', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
        },
      });
    }),
  );
  return made;
}
