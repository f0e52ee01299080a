import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { createAuthority, createKeyPair, type Identity, issueServer } from './certificates.ts';
import { ensureKubernetes, TestbedUnavailable } from './kubernetes/build.ts';
import { type Access, connect, defaultServiceAccount, type Kubernetes } from './kubernetes/client.ts';
import { apiServer, etcd, type Part, type Plan, part } from './kubernetes/commands.ts';
import { kubeconfig } from './kubernetes/kubeconfig.ts';
import { freePort, type GuardedProcess, startProcess, waitUntilReady } from './process.ts';
import { temporaryFolder } from './temporary.ts';

export { ensureKubernetes, kubernetesIsBuilt, TestbedUnavailable } from './kubernetes/build.ts';
export type { Kubernetes, Reply, RequestOptions, User } from './kubernetes/client.ts';
export type { Part } from './kubernetes/commands.ts';

export interface KubernetesOptions {
  /** Beside etcd and the API server; default none, which is enough for inventory and RBAC and starts fastest. */
  readonly parts?: readonly Part[];
  /** Kubernetes feature gates, by name. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** The API server also posts its audit events here, in batches of at most a second. */
  readonly auditWebhookUrl?: string;
  /** How it trusts that address and proves who it is; neither unless given. */
  readonly auditWebhookTls?: { readonly authority: string; readonly identity: Identity };
  /** Path of an audit policy; the testbed's own, which leaves out most of what controllers do, unless given. */
  readonly auditPolicy?: string;
}

/** A control plane of one's own. Whatever happens to this process, its servers end with it. */
export interface KubernetesTestbed extends Kubernetes {
  /** Resident servers by name, for measurements. */
  readonly servers: ReadonlyMap<string, GuardedProcess>;
  /** SIGKILL; its state is kept. */
  killApiServer(): Promise<void>;
  /** Starts a killed API server again, at the same address. */
  startApiServer(): Promise<void>;
  /** Kills every server and removes all state. */
  stop(): Promise<void>;
}

/** Names the folder of the control plane that a whole test run shares, or says why there is none. */
export const sharedKubernetesVariable = 'PORTOLAN_TESTBED_KUBERNETES';
const unavailable = 'unavailable: ';
export const allParts: readonly Part[] = ['controller-manager', 'scheduler', 'kwok'];

/**
 * Starts a real control plane on free ports of loopback, from an empty state.
 * Rejects with TestbedUnavailable where its binary neither is nor can be built.
 */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<KubernetesTestbed> {
  const binary = await ensureKubernetes();
  const folder = temporaryFolder();
  const parts = options.parts ?? [];
  const ports = {
    etcd: await freePort(),
    etcdPeer: await freePort(),
    apiServer: await freePort(),
    'controller-manager': await freePort(),
    scheduler: await freePort(),
    kwok: await freePort(),
  };
  const auditWebhook = options.auditWebhookUrl !== undefined;
  const { featureGates = {}, auditPolicy } = options;
  const plan: Plan = { binary, folder, parts, ports, featureGates, auditWebhook, auditPolicy };
  const access = writeCredentials(plan, options);
  const kubernetes = connect(access);
  const servers = new Map<string, GuardedProcess>();

  async function start(name: string, command: readonly string[], ready: () => Promise<boolean>): Promise<void> {
    const server = await startProcess(name, command, join(folder, `${name}.log`));
    servers.set(name, server);
    await waitUntilReady(server, 90, ready);
  }

  const startApiServer = (): Promise<void> =>
    start('kube-apiserver', apiServer(plan), async () => (await kubernetes.request('GET', '/readyz')).status === 200);

  async function stop(): Promise<void> {
    process.off('exit', removeState);
    await Promise.all([...servers.values()].map((server) => server.kill())); // nobody needs the state that SIGTERM saves
    removeState();
  }
  const removeState = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', removeState);

  try {
    await start('etcd', etcd(plan), async () => (await fetch(`http://127.0.0.1:${ports.etcd}/health`)).ok);
    await startApiServer();
    await Promise.all(
      parts.map((name) =>
        start(name, part(name, plan), () =>
          isHealthy(`${name === 'kwok' ? 'http' : 'https'}://127.0.0.1:${ports[name]}/healthz`),
        ),
      ),
    );
    if (parts.includes('controller-manager')) await defaultServiceAccount(kubernetes.request, 'default');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...kubernetes,
    servers,
    killApiServer: async () => servers.get('kube-apiserver')?.kill(),
    startApiServer,
    stop,
  };
}

let shared: Promise<Kubernetes> | undefined;

/**
 * The control plane with all parts that every file of a test run shares; a file that runs alone gets its own, which ends
 * with it. Keep to namespaces of your own (createNamespace), and prefix the names of what has no namespace.
 */
export function sharedKubernetes(): Promise<Kubernetes> {
  const folder = process.env[sharedKubernetesVariable];
  shared ??= folder === undefined ? startKubernetes({ parts: allParts }) : Promise.resolve(openKubernetes(folder));
  return shared;
}

function openKubernetes(folder: string): Kubernetes {
  if (folder.startsWith(unavailable)) throw new TestbedUnavailable(folder.slice(unavailable.length));
  return connect(JSON.parse(readFileSync(join(folder, 'access.json'), 'utf8')) as Access);
}

/** For the `skip` option of a test: false where Kubernetes can be had, else why not. Builds its binary when missing. */
export async function kubernetesMissing(): Promise<string | false> {
  const given = process.env[sharedKubernetesVariable];
  if (given !== undefined) return given.startsWith(unavailable) && given.slice(unavailable.length);
  return ensureKubernetes().then(
    () => false,
    (error: unknown) => {
      if (error instanceof TestbedUnavailable) return error.message;
      throw error;
    },
  );
}

/** The value of `sharedKubernetesVariable` for a run's test files. */
export function sharedKubernetesValue(outcome: KubernetesTestbed | TestbedUnavailable): string {
  return outcome instanceof TestbedUnavailable ? unavailable + outcome.message : join(outcome.kubeconfig, '..');
}

/** Writes certificates, keys, tokens and kubeconfigs into the plan's folder. */
function writeCredentials(plan: Plan, { auditWebhookUrl, auditWebhookTls: tls }: KubernetesOptions): Access {
  const url = `https://127.0.0.1:${plan.ports.apiServer}`;
  const write = (name: string, text: string): void => writeFileSync(join(plan.folder, name), text, { mode: 0o600 });
  const authority = createAuthority();
  const server = issueServer(authority, { commonName: 'kube-apiserver' }, [
    'localhost',
    'kubernetes.default.svc',
    '127.0.0.1',
    '10.96.0.1',
  ]);
  const serviceAccount = createKeyPair();
  write('ca.crt', authority.certificate);
  write('ca.key', authority.key);
  write('server.crt', server.certificate);
  write('server.key', server.key);
  write('service-account.pub', serviceAccount.publicKey);
  write('service-account.key', serviceAccount.privateKey);
  const users = [
    { file: 'admin', name: 'admin', groups: '"system:masters"' },
    { file: 'controller-manager', name: 'system:kube-controller-manager', groups: '' },
    { file: 'scheduler', name: 'system:kube-scheduler', groups: '' },
    { file: 'kwok', name: 'kwok', groups: '"system:masters"' },
  ].map((user) => ({ ...user, token: randomBytes(16).toString('hex') }));
  write('tokens.csv', users.map(({ token, name, groups }) => `${token},${name},${name},${groups}\n`).join(''));
  for (const { file, token } of users) write(`${file}.kubeconfig`, kubeconfig(url, authority.certificate, { token }));
  if (auditWebhookUrl !== undefined)
    write('audit-webhook.kubeconfig', kubeconfig(auditWebhookUrl, tls?.authority, tls));
  const access = { url, binary: plan.binary, folder: plan.folder, parts: plan.parts, token: users[0]?.token ?? '' };
  write('access.json', JSON.stringify(access));
  return access;
}

/** A health endpoint of the other parts, whose certificates are of their own making. */
function isHealthy(url: string): Promise<boolean> {
  if (url.startsWith('http:')) return fetch(url).then((answer) => answer.ok);
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', reject);
  });
}
