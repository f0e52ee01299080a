import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { createAuthority, issueServer } from './certificates.ts';
import { TestbedUnavailable } from './kubernetes/unavailable.ts';
import { ensureNeo4j } from './neo4j/build.ts';
import { freePort, type GuardedProcess, startProcess, waitUntilReady } from './process.ts';
import { temporaryFolder } from './temporary.ts';

export { ensureNeo4j, neo4jIsFetched } from './neo4j/build.ts';

/** Where a Neo4j is, and who may enter. */
export interface Neo4jAccess {
  /** bolt://127.0.0.1:PORT; it takes TLS (bolt+s, bolt+ssc) at the same port. */
  readonly uri: string;
  readonly auth: { readonly user: string; readonly password: string };
  /** A PEM file of the authority that its certificate is from, for NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
}

/** A server of one's own. Whatever happens to this process, it ends with it. */
export interface Neo4jTestbed extends Neo4jAccess {
  /** The server, for measurements; another after each `start`. */
  process(): GuardedProcess;
  /** SIGKILL; its data are kept. */
  kill(): Promise<void>;
  /** Starts a killed server again, at the same address. */
  start(): Promise<void>;
  /** Kills the server and removes its data. */
  stop(): Promise<void>;
}

/** Holds the access (JSON) to the server that a whole test run shares, or says why there is none. */
export const sharedNeo4jVariable = 'PORTOLAN_TESTBED_NEO4J';
const unavailable = 'unavailable: ';
const heap = '512m';

/** Starts a real Neo4j Community on a free port of loopback, without data. Rejects with TestbedUnavailable where it cannot be had. */
export async function startNeo4j(): Promise<Neo4jTestbed> {
  const jars = await ensureNeo4j();
  const folder = temporaryFolder();
  const port = await freePort();
  const access: Neo4jAccess = {
    uri: `bolt://127.0.0.1:${port}`,
    auth: { user: 'neo4j', password: randomBytes(16).toString('hex') },
    authority: join(folder, 'ca.crt'),
  };
  configure(folder, port);
  let server: GuardedProcess | undefined;

  async function start(): Promise<void> {
    server = await startProcess('neo4j', command(jars, folder), join(folder, 'neo4j.log'));
    await waitUntilReady(server, 120, () => answers(access));
  }
  const removeData = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  async function stop(): Promise<void> {
    process.off('exit', removeData);
    await server?.kill(); // a graceful stop takes 11 s
    removeData();
  }
  process.once('exit', removeData);
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...access,
    process: () => server as GuardedProcess,
    kill: async () => server?.kill(),
    start,
    stop,
  };
}

let shared: Promise<Neo4jAccess> | undefined;

/** The server that every file of a test run shares; a file that runs alone gets its own, which ends with it. Keep to tenants of your own. */
export function sharedNeo4j(): Promise<Neo4jAccess> {
  const given = process.env[sharedNeo4jVariable];
  if (given?.startsWith(unavailable)) throw new TestbedUnavailable(given.slice(unavailable.length));
  shared ??= given === undefined ? startNeo4j() : Promise.resolve(JSON.parse(given) as Neo4jAccess);
  return shared;
}

/** For the `skip` option of a test: false where Neo4j can be had, else why not. Fetches it when missing. */
export async function neo4jMissing(): Promise<string | false> {
  const given = process.env[sharedNeo4jVariable];
  if (given !== undefined) return given.startsWith(unavailable) && given.slice(unavailable.length);
  return ensureNeo4j().then(
    () => false,
    (error: unknown) => {
      if (error instanceof TestbedUnavailable) return error.message;
      throw error;
    },
  );
}

/** The value of `sharedNeo4jVariable` for a run's test files. */
export function sharedNeo4jValue(outcome: Neo4jTestbed | TestbedUnavailable): string {
  if (outcome instanceof TestbedUnavailable) return unavailable + outcome.message;
  const { uri, auth, authority } = outcome;
  return JSON.stringify({ uri, auth, authority } satisfies Neo4jAccess);
}

function configure(folder: string, port: number): void {
  const tls = join(folder, 'tls');
  mkdirSync(join(folder, 'conf'));
  mkdirSync(tls);
  const authority = createAuthority();
  const server = issueServer(authority, { commonName: 'neo4j' }, ['localhost', '127.0.0.1']);
  writeFileSync(join(folder, 'ca.crt'), authority.certificate);
  writeFileSync(join(tls, 'server.crt'), server.certificate);
  writeFileSync(join(tls, 'server.key'), server.key, { mode: 0o600 });
  const settings = {
    'server.default_listen_address': '127.0.0.1',
    'server.default_advertised_address': '127.0.0.1',
    'server.bolt.listen_address': `127.0.0.1:${port}`,
    'server.bolt.advertised_address': `127.0.0.1:${port}`,
    'server.bolt.tls_level': 'OPTIONAL',
    'dbms.ssl.policy.bolt.enabled': true,
    'dbms.ssl.policy.bolt.base_directory': tls,
    'dbms.ssl.policy.bolt.private_key': 'server.key',
    'dbms.ssl.policy.bolt.public_certificate': 'server.crt',
    'dbms.ssl.policy.bolt.client_auth': 'NONE',
    'server.http.enabled': false,
    'server.https.enabled': false,
    'server.memory.heap.initial_size': heap,
    'server.memory.heap.max_size': heap,
    'server.memory.pagecache.size': '256m',
    'dbms.usage_report.enabled': false,
    // Else the transaction logs of a few loads take 800 MB.
    'db.tx_log.preallocate': false,
    'db.tx_log.rotation.size': '16m',
    'db.tx_log.rotation.retention_policy': 'keep_none',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, 'conf', 'neo4j.conf'), lines.join(''));
}

/** What bin/neo4j of the distribution runs. https://neo4j.com/docs/operations-manual/5/tools/neo4j-admin/ */
function command(jars: string, folder: string): readonly string[] {
  const opened = ['java.nio', 'java.io', 'sun.nio.ch'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);
  return [
    'java',
    `-Xmx${heap}`,
    '-XX:+UseG1GC',
    '-XX:-OmitStackTraceInFastThrow',
    '-XX:+UnlockExperimentalVMOptions',
    '-XX:+TrustFinalNonStaticFields',
    '-Dio.netty.tryReflectionSetAccessible=true',
    '-Dfile.encoding=UTF-8',
    ...opened,
    '-cp',
    `${jars}/*`,
    'org.neo4j.server.CommunityEntryPoint',
    `--home-dir=${folder}`,
    `--config-dir=${join(folder, 'conf')}`,
  ];
}

/** Whether the database takes statements; a new server's first password is changed for ours. */
async function answers({ uri, auth: { user, password } }: Neo4jAccess): Promise<boolean> {
  const ask = async (secret: string, statement: string, database: string): Promise<void> => {
    const driver = neo4j.driver(uri, neo4j.auth.basic(user, secret), {
      connectionTimeout: 5_000,
      maxTransactionRetryTime: 0,
    });
    try {
      await driver.executeQuery(statement, { secret, password }, { database });
    } finally {
      await driver.close();
    }
  };
  try {
    await ask(password, 'RETURN 1', 'neo4j');
    return true;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'Neo.ClientError.Security.Unauthorized') return false;
    await ask('neo4j', 'ALTER CURRENT USER SET PASSWORD FROM $secret TO $password', 'system');
    return false;
  }
}
