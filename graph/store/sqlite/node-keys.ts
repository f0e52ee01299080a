import type { Database } from 'better-sqlite3';

/** The numbers of one tenant's nodes, by id, as far as they are remembered. */
export type NodeKeys = Map<string, number>;

export interface NodeKeyMemory {
  /** To be asked for within the transaction that uses it. */
  of(tenant: number): NodeKeys;
  /** After a rollback, or when nodes were pruned. */
  forget(): void;
}

/** About 10 MB. */
const mostRemembered = 100_000;

/**
 * Remembers the numbers of nodes from one delta to the next: while a cluster is charted, each is asked for with every
 * edge it has. Only pruning ends a number. That of another connection shows in SQLite's data_version, which moves when
 * others have committed (https://www.sqlite.org/pragma.html#pragma_data_version).
 */
export function nodeKeys(db: Database): NodeKeyMemory {
  const dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
  let seen = -1;
  let tenant = -1;
  let keys: NodeKeys = new Map();
  return {
    of(asked) {
      const version = dataVersion.get() as number;
      if (version !== seen || asked !== tenant || keys.size > mostRemembered) keys = new Map();
      seen = version;
      tenant = asked;
      return keys;
    },
    forget() {
      keys = new Map();
    },
  };
}
