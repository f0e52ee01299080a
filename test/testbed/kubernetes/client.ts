import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueClient } from '../certificates.ts';
import type { Part } from './commands.ts';
import { kubeconfig } from './kubeconfig.ts';

export interface Reply<Body> {
  readonly status: number;
  /** Parsed JSON; text where the answer was not JSON. */
  readonly body: Body;
}

export interface RequestOptions {
  /** User to impersonate. */
  readonly as?: string;
  /** Groups to impersonate; needs `as`. */
  readonly asGroups?: readonly string[];
  /** Of the body; default application/json. Patches need one of the patch types. */
  readonly contentType?: string;
  /** Asks for a WebSocket, as a client that would exec does; where it is granted (101), it is closed at once. */
  readonly webSocket?: boolean;
}

/** Who a kubeconfig is for: the bearer of a token, or a user whom a client certificate names. */
export type User = { readonly token: string } | { readonly user: string; readonly groups?: readonly string[] };

/** A running control plane, as its users see it. */
export interface Kubernetes {
  /** Of the API server: https://127.0.0.1:PORT. */
  readonly url: string;
  readonly parts: readonly Part[];
  /** Path of a kubeconfig of a cluster administrator. */
  readonly kubeconfig: string;
  /** Path of the API server's audit log (NDJSON). */
  readonly auditLog: string;
  /** Raw JSON over HTTPS as cluster administrator, or as whom the options impersonate. Resolves with any HTTP status. */
  request<Body = unknown>(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Reply<Body>>;
  /** Runs the real kubectl; resolves with its standard output, rejects with its standard error. Limit: 60 s. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Writes a kubeconfig for a user and returns its path. */
  kubeconfigFor(user: User): string;
  /** Creates the namespace PREFIX-RANDOM in which pods can be made at once, and returns its name. */
  createNamespace(prefix: string): Promise<string>;
}

/** What connects a client to a control plane: written by the process that starts one, read by those that share it. */
export interface Access {
  readonly url: string;
  readonly binary: string;
  readonly folder: string;
  readonly parts: readonly Part[];
  readonly token: string;
}

/** RFC 6455, 4.1; the protocol is that of exec, attach and port-forward. */
const webSocketHeaders: OutgoingHttpHeaders = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'v5.channel.k8s.io',
};

export function connect(access: Access): Kubernetes {
  const { folder, url } = access;
  const authority = { certificate: read(folder, 'ca.crt'), key: read(folder, 'ca.key') };
  const agent = new Agent({ ca: authority.certificate, keepAlive: true });
  const adminKubeconfig = join(folder, 'admin.kubeconfig');

  const request: Kubernetes['request'] = <Body>(
    method: string,
    path: string,
    body?: unknown,
    { as, asGroups = [], contentType = 'application/json', webSocket = false }: RequestOptions = {},
  ) =>
    new Promise<Reply<Body>>((resolve, reject) => {
      const headers: OutgoingHttpHeaders = {
        authorization: `Bearer ${access.token}`,
        accept: 'application/json',
      };
      if (as !== undefined) headers['impersonate-user'] = as;
      if (asGroups.length > 0) headers['impersonate-group'] = [...asGroups];
      if (body !== undefined) headers['content-type'] = contentType;
      if (webSocket) Object.assign(headers, webSocketHeaders);
      const outgoing = httpsRequest(new URL(path, url), { method, agent, headers, timeout: 60_000 }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = incoming.headers['content-type']?.startsWith('application/json') === true;
          resolve({ status: incoming.statusCode ?? 0, body: (isJson ? JSON.parse(text) : text) as Body });
        });
      });
      outgoing.on('upgrade', ({ statusCode = 0 }, socket) => {
        socket.destroy();
        resolve({ status: statusCode, body: '' as Body });
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer within 60 s`)));
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });

  return {
    url,
    parts: access.parts,
    kubeconfig: adminKubeconfig,
    auditLog: join(folder, 'audit.log'),
    request,
    kubectl: (args, input = '') =>
      new Promise((resolve, reject) => {
        // HOME: kubectl caches what it discovers below it.
        const env = { ...process.env, KUBECONFIG: adminKubeconfig, HOME: folder };
        const options = { env, timeout: 60_000, maxBuffer: 256 * 1024 * 1024 };
        const child = execFile(access.binary, ['kubectl', ...args], options, (error, output, problem) => {
          if (error === null) resolve(output);
          else reject(new Error(`kubectl ${args.join(' ')}: ${problem.trim() || error.message}`));
        });
        child.stdin?.on('error', () => undefined); // kubectl may end without reading its input
        child.stdin?.end(input);
      }),
    kubeconfigFor(user) {
      const credential =
        'token' in user
          ? { token: user.token }
          : { identity: issueClient(authority, { commonName: user.user, organizations: user.groups ?? [] }) };
      const file = join(mkdtempSync(join(folder, 'user-')), 'kubeconfig');
      writeFileSync(file, kubeconfig(url, authority.certificate, credential), { mode: 0o600 });
      return file;
    },
    async createNamespace(prefix) {
      const name = `${prefix}-${randomBytes(4).toString('hex')}`;
      const { status, body } = await request('POST', '/api/v1/namespaces', { metadata: { name } });
      if (status !== 201) throw new Error(`creating namespace ${name}: ${status} ${JSON.stringify(body)}`);
      if (access.parts.includes('controller-manager')) await defaultServiceAccount(request, name);
      return name;
    },
  };
}

/** Waits until the controller manager has given the namespace its `default` service account: pods are refused before. */
export async function defaultServiceAccount(request: Kubernetes['request'], namespace: string): Promise<void> {
  for (const limit = Date.now() + 30_000; Date.now() < limit; await sleep(25)) {
    const { status } = await request('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`);
    if (status === 200) return;
  }
  throw new Error(`namespace ${namespace} has no default service account after 30 s`);
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
