import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Parts beside etcd and the API server, which are always there. */
export type Part = 'controller-manager' | 'scheduler' | 'kwok';

/** One control plane: what its command lines are made from. */
export interface Plan {
  /** The multi-call binary that build.ts makes. */
  readonly binary: string;
  /** State, keys, logs and kubeconfigs; readable to its owner only. */
  readonly folder: string;
  readonly parts: readonly Part[];
  readonly ports: Readonly<Record<'etcd' | 'etcdPeer' | 'apiServer' | Part, number>>;
  readonly featureGates: Readonly<Record<string, boolean>>;
  readonly auditWebhook: boolean;
  /** Path of the audit policy; the testbed's own unless given. */
  readonly auditPolicy?: string | undefined;
}

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export function etcd({ binary, folder, ports }: Plan): readonly string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    binary,
    'etcd',
    '--name=testbed',
    `--data-dir=${join(folder, 'etcd')}`,
    '--unsafe-no-fsync', // nobody needs this data after a crash of the machine
    '--log-level=warn',
    '--quota-backend-bytes=4294967296',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=testbed=${peer}`,
  ];
}

export function apiServer(plan: Plan): readonly string[] {
  const file = (name: string): string => join(plan.folder, name);
  return [
    plan.binary,
    'kube-apiserver',
    `--etcd-servers=http://127.0.0.1:${plan.ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${plan.ports.apiServer}`,
    // Loopback may not be advertised as an endpoint of the service `kubernetes`, and nothing here would route to it.
    '--advertise-address=192.0.2.1',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    `--cert-dir=${file('api-server')}`,
    `--tls-cert-file=${file('server.crt')}`,
    `--tls-private-key-file=${file('server.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    `--token-auth-file=${file('tokens.csv')}`,
    '--anonymous-auth=false',
    '--authorization-mode=Node,RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${file('service-account.pub')}`,
    `--service-account-signing-key-file=${file('service-account.key')}`,
    '--allow-privileged=true',
    '--enable-admission-plugins=NodeRestriction',
    // Without the controller manager no namespace gets its `default` service account, for lack of which this plugin
    // would refuse every pod.
    ...(plan.parts.includes('controller-manager') ? [] : ['--disable-admission-plugins=ServiceAccount']),
    '--max-requests-inflight=2000',
    '--max-mutating-requests-inflight=1000',
    `--audit-policy-file=${plan.auditPolicy ?? source('audit-policy.yaml')}`,
    `--audit-log-path=${file('audit.log')}`,
    ...(plan.auditWebhook
      ? [
          `--audit-webhook-config-file=${file('audit-webhook.kubeconfig')}`,
          '--audit-webhook-mode=batch',
          '--audit-webhook-batch-max-wait=1s',
          '--audit-webhook-batch-throttle-enable=false',
          '--audit-webhook-initial-backoff=1s',
        ]
      : []),
    ...featureGates(plan),
  ];
}

export function part(name: Part, plan: Plan): readonly string[] {
  const file = (fileName: string): string => join(plan.folder, fileName);
  const port = plan.ports[name];
  switch (name) {
    case 'controller-manager':
      return [
        plan.binary,
        'kube-controller-manager',
        ...component('controller-manager', plan),
        `--service-account-private-key-file=${file('service-account.key')}`,
        `--root-ca-file=${file('ca.crt')}`,
        `--cluster-signing-cert-file=${file('ca.crt')}`,
        `--cluster-signing-key-file=${file('ca.key')}`,
        '--use-service-account-credentials=true',
        '--kube-api-qps=300',
        '--kube-api-burst=600',
        '--concurrent-replicaset-syncs=20',
        '--concurrent-deployment-syncs=10',
        '--controllers=*,-node-route-controller',
      ];
    case 'scheduler':
      return [
        plan.binary,
        'kube-scheduler',
        ...component('scheduler', plan),
        '--kube-api-qps=500',
        '--kube-api-burst=1000',
      ];
    case 'kwok':
      return [
        plan.binary,
        'kwok',
        `--config=${source('kwok.yaml')}`,
        `--kubeconfig=${file('kwok.kubeconfig')}`,
        '--manage-all-nodes',
        '--node-lease-duration-seconds=200',
        `--server-address=127.0.0.1:${port}`,
        '--node-ip=127.0.0.1',
        `--node-port=${port}`,
        `--tls-cert-file=${file('server.crt')}`,
        `--tls-private-key-file=${file('server.key')}`,
      ];
  }
}

function component(name: 'controller-manager' | 'scheduler', plan: Plan): readonly string[] {
  return [
    `--kubeconfig=${join(plan.folder, `${name}.kubeconfig`)}`,
    // Else /healthz would ask for a credential, delegated to the API server.
    '--authorization-always-allow-paths=/healthz',
    '--bind-address=127.0.0.1',
    `--secure-port=${plan.ports[name]}`,
    `--cert-dir=${join(plan.folder, name)}`,
    '--leader-elect=false',
    ...featureGates(plan),
  ];
}

function featureGates(plan: Plan): readonly string[] {
  const gates = Object.entries(plan.featureGates);
  return gates.length === 0 ? [] : [`--feature-gates=${gates.map(([gate, on]) => `${gate}=${on}`).join(',')}`];
}
