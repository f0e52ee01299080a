import { checkedAlerts } from '../../records/alerts/checked.ts';
import { followAlerts } from '../../records/alerts/follow.ts';
import { defaultLoggedAlerts } from '../../records/alerts/rows.ts';
import { bell, follow } from '../follow.ts';
import type { OpenedStore } from '../opened.ts';
import type { GraphStore } from '../port.ts';
import { type Neo4jAddress, parseNeo4jAddress } from './address.ts';
import { adjacency } from './adjacent.ts';
import { alertReads } from './alerts/read.ts';
import { alertWrites } from './alerts/write.ts';
import { applier } from './apply.ts';
import { type Credentials, openDatabase } from './database.ts';
import { history } from './history.ts';
import { joined } from './joined.ts';
import type { LogLimits } from './log.ts';
import { pruner } from './prune.ts';
import { reads } from './read.ts';
import { records } from './records.ts';
import { prepare } from './schema.ts';
import { trees } from './trees.ts';

export interface Neo4jOptions {
  /** Who enters, unless the address says; nobody in particular where the server asks for no name. */
  readonly user?: string | null;
  readonly password?: string | null;
  /** How much history a partition keeps: 10,000 deltas, 256 MiB of them. */
  readonly log?: LogLimits;
  /** How many entries of its log of alerts a partition keeps: 100,000. */
  readonly loggedAlerts?: number;
  /** How often `changes` looks for what other processes committed, in milliseconds: 250. */
  readonly pollMs?: number;
}

const defaultLog: LogLimits = { deltas: 10_000, bytes: 256 * 1024 * 1024 };

/**
 * Opens the store in a database of Neo4j 5.26 or later, by Bolt; makes its constraints where there are none. Several
 * processes may open the same. UPSTREAM_UNAVAILABLE, naming the server and what to do, when it does not let us in.
 */
export async function openNeo4j(address: string, options: Neo4jOptions = {}): Promise<OpenedStore> {
  const { log = defaultLog, loggedAlerts = defaultLoggedAlerts, pollMs = 250 } = options;
  const parsed = parseNeo4jAddress(address);
  const database = await openDatabase(parsed, credentials(parsed, options));
  const kinds = await prepare(database).catch(async (error) => {
    await database.close();
    throw error;
  });
  const commits = bell();
  const closing = new AbortController();
  const apply = applier(database, kinds, log);
  const past = history(database);
  const prune = pruner(database);

  async function close(): Promise<void> {
    closing.abort();
    await database.close();
  }

  const store: GraphStore = {
    ...reads(database),
    ...adjacency(database),
    trees: trees(database),
    async apply(lease, expected, delta) {
      const version = await apply(lease, expected, delta);
      commits.ring();
      return version;
    },
    version: joined(past.version),
    logBegins: past.logBegins,
    changes: (tenant, since, signal) =>
      follow(
        tenant,
        since,
        (reached) => past.changes(tenant, reached),
        commits,
        pollMs,
        AbortSignal.any([signal, closing.signal]),
      ),
    async scan(tenant, cluster) {
      const all = await past.version(tenant);
      const version = cluster === undefined ? all : { [cluster]: all[cluster] ?? 0 };
      return { version, batches: past.scan(tenant, cluster) };
    },
    prune: (tenant, before) => prune(tenant, before.toISOString()),
    close,
  };
  const reading = alertReads(database);
  const writing = alertWrites(database, loggedAlerts);
  const raised = bell();
  const alerts = checkedAlerts({
    ...reading,
    ...writing,
    async raise(...commit) {
      const events = await writing.raise(...commit);
      raised.ring();
      return events;
    },
    async deliver(...commit) {
      const outcomes = await writing.deliver(...commit);
      raised.ring();
      return outcomes;
    },
    async change(...change) {
      const alert = await writing.change(...change);
      raised.ring();
      return alert;
    },
    changes: (tenant, after, signal) =>
      followAlerts(
        after,
        (reached) => reading.changes(tenant, reached),
        raised,
        pollMs,
        AbortSignal.any([signal, closing.signal]),
      ),
  });
  return { store, records: records(database), alerts, close };
}

function credentials(address: Neo4jAddress, options: Neo4jOptions): Credentials | null {
  const user = address.user ?? options.user ?? null;
  const password = address.password ?? options.password ?? null;
  return user === null && password === null ? null : { user: user ?? 'neo4j', password: password ?? '' };
}
