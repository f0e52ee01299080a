import { setTimeout as sleep } from 'node:timers/promises';
import neo4j, { type Driver, type ManagedTransaction, type RecordShape, type SessionMode } from 'neo4j-driver';
import { StoreError } from '../errors.ts';
import type { Neo4jAddress } from './address.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Runs a statement within a transaction and gives its rows. */
export type Run = <Row>(cypher: string, values?: object) => Promise<readonly Row[]>;

/** A database of a Neo4j server, in plain rows: integers are numbers, which all that is stored fits into. */
export interface Database {
  /** One statement that reads, in one round trip; run again as transactions are. */
  read: Run;
  /** A transaction that reads. */
  reading<T>(work: (run: Run) => Promise<T>): Promise<T>;
  /** A transaction that writes, run again when it met a transient error: a deadlock, a lost connection, a new leader. */
  writing<T>(work: (run: Run) => Promise<T>): Promise<T>;
  /** A statement in a transaction of its own, as changes to the schema need. */
  alone(cypher: string, values?: object): Promise<void>;
  /** The rows of one statement as they come. */
  stream<Row>(cypher: string, values: object): AsyncIterable<Row>;
  close(): Promise<void>;
}

/** How long a transaction is tried again, and a connection waited for, in milliseconds. */
const patience = 10_000;

/** Connects to the server; UPSTREAM_UNAVAILABLE, naming it without credentials, when it does not let us in. */
export async function openDatabase(address: Neo4jAddress, credentials: Credentials | null): Promise<Database> {
  const { uri, database } = address;
  const driver = connect(uri, credentials);
  const translated = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storeError(uri, error);
    }
  };
  const bookmarkManager = neo4j.bookmarkManager(); // what this process wrote it reads, on a cluster too
  const session = (mode: SessionMode) =>
    driver.session({ defaultAccessMode: mode, bookmarkManager, ...(database !== null && { database }) });

  const run =
    (transaction: ManagedTransaction): Run =>
    async <Row>(cypher: string, values?: object) =>
      (await transaction.run<RecordShape>(cypher, values)).records.map((record) => record.toObject() as Row);

  const reading = <T>(work: (run: Run) => Promise<T>): Promise<T> =>
    translated(async () => {
      await using open = disposable(session('READ'));
      return await open.session.executeRead((transaction) => work(run(transaction)));
    });

  // A transaction that the driver manages takes three round trips.
  const readOnce = async <Row>(cypher: string, values?: object): Promise<readonly Row[]> => {
    await using open = disposable(session('READ'));
    const { records } = await open.session.run<RecordShape>(cypher, values);
    return records.map((record) => record.toObject() as Row);
  };

  await translated(async () => {
    await using open = disposable(session('WRITE'));
    await open.session.run('RETURN 1');
  }).catch(async (error) => {
    await driver.close();
    throw error;
  });

  return {
    reading,
    read: (cypher, values) => translated(() => retried(() => readOnce(cypher, values))),
    writing: (work) =>
      translated(async () => {
        await using open = disposable(session('WRITE'));
        return await open.session.executeWrite((transaction) => work(run(transaction)));
      }),
    alone: (cypher, values) =>
      translated(async () => {
        await using open = disposable(session('WRITE'));
        await open.session.run(cypher, values);
      }),
    async *stream<Row>(cypher: string, values: object) {
      try {
        await using open = disposable(session('READ'));
        for await (const record of open.session.run(cypher, values)) yield record.toObject() as Row;
      } catch (error) {
        throw storeError(uri, error);
      }
    },
    close: () => driver.close(),
  };
}

/** Runs what may be run again while it meets transient errors, and patience lasts, as the driver does with its transactions. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patience;
  for (let waitMs = 50; ; waitMs *= 2) {
    try {
      return await work();
    } catch (error) {
      const retriable = error instanceof neo4j.Neo4jError && error.retryable;
      if (!retriable || performance.now() + waitMs > deadline) throw error;
    }
    await sleep(waitMs);
  }
}

function connect(uri: string, credentials: Credentials | null): Driver {
  const auth = credentials === null ? undefined : neo4j.auth.basic(credentials.user, credentials.password);
  return neo4j.driver(uri, auth, {
    disableLosslessIntegers: true,
    connectionTimeout: patience / 2,
    connectionAcquisitionTimeout: patience,
    maxTransactionRetryTime: patience,
    notificationFilter: { minimumSeverityLevel: 'OFF' }, // a kind that has no node yet is no reason to warn
    telemetryDisabled: true,
    userAgent: 'portolan',
  });
}

// Closing fails where the connection has: by itself that is nothing, and with another error it would hide that one's code.
function disposable(session: ReturnType<Driver['session']>) {
  return { session, [Symbol.asyncDispose]: () => session.close().catch(() => undefined) };
}

/** What the driver says, as an error that names the server and says what to do. */
export function storeError(uri: string, error: unknown): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // Before this the driver tells of itself, after it of settings that are ours to make.
  const reason = error.message.split(' Caused by: ').at(-1)?.split(' If you trust ')[0] ?? '';
  const advice = adviceFor(code, reason, uri);
  if (advice === null) return error;
  return new StoreError('UPSTREAM_UNAVAILABLE', `${uri}: ${reason} (${code}). ${advice}`, { cause: error });
}

const trustAdvice =
  'name the file of the authority that signed its certificate in NODE_EXTRA_CA_CERTS; +ssc takes any certificate';

function adviceFor(code: string, reason: string, uri: string): string | null {
  if (reason.includes('certificate is not trusted')) return `To trust it, ${trustAdvice}.`;
  if (code === 'ServiceUnavailable' || code === 'SessionExpired') {
    const trust = uri.startsWith('neo4j+s:') ? `, and that it is trusted: ${trustAdvice}` : '';
    return `See that the server runs and its Bolt port can be reached${trust}; it is tried again at the next call.`;
  }
  if (code.startsWith('Neo.ClientError.Security.')) {
    return 'See to the user and the password: PORTOLAN_STORE_USER and PORTOLAN_STORE_PASSWORD.';
  }
  if (code === 'Neo.ClientError.Database.DatabaseNotFound') return 'Name another database, or make this one.';
  if (code.startsWith('Neo.TransientError.')) return 'The server is busy or out of memory: try again, or give it more.';
  if (code.startsWith('Neo.DatabaseError.')) return 'The server failed: its log says why; see to it, then try again.';
  return null;
}
