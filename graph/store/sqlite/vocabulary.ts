import type { Database } from 'better-sqlite3';

/** The numbers that stand for tenants, partitions and words, made as they are needed. Within the caller's transaction. */
export interface Vocabulary {
  partition(tenant: string, cluster: string): { readonly tenant: number; readonly partition: number };
  word(text: string): number;
  /** The word of a list of claims. */
  claims(list: readonly string[]): number;
  /** After a rollback: what was made in it is gone. */
  forget(): void;
}

export function vocabulary(db: Database): Vocabulary {
  const words = new Map<string, number>();
  const addWord = numbered(db, 'words (text) VALUES (?)', 'words WHERE text = ?');
  const addTenant = numbered(db, 'tenants (name) VALUES (?)', 'tenants WHERE name = ?');
  const addPartition = numbered(
    db,
    'partitions (tenant, cluster, version, floor, log_bytes) VALUES (?, ?, 0, 0, 0)',
    'partitions WHERE tenant = ? AND cluster = ?',
  );
  const word = (text: string): number => {
    let key = words.get(text);
    if (key === undefined) {
      key = addWord(text);
      words.set(text, key);
    }
    return key;
  };
  return {
    partition(tenant, cluster) {
      const key = addTenant(tenant);
      return { tenant: key, partition: addPartition(key, cluster) };
    },
    word,
    claims: (list) => word(JSON.stringify(list)),
    forget: () => words.clear(),
  };
}

/** Finds a row's number, or adds the row. */
function numbered(db: Database, into: string, from: string): (...key: readonly (string | number)[]) => number {
  const find = db.prepare<(string | number)[], number>(`SELECT key FROM ${from}`).pluck();
  const add = db.prepare<(string | number)[]>(`INSERT INTO ${into}`);
  return (...key) => find.get(...key) ?? Number(add.run(...key).lastInsertRowid);
}
