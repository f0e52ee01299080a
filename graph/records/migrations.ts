/**
 * The steps that bring the records of an SQLite file to the present form, in order. Step N is the N-th entry; PRAGMA
 * user_version says how many a file has taken. A step that has been released is never changed: add another.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE leases (
    tenant TEXT NOT NULL,
    cluster TEXT NOT NULL,
    holder TEXT NOT NULL,
    token INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, -- milliseconds since the epoch; 0 once released
    PRIMARY KEY (tenant, cluster)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE named_sets (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    ids TEXT NOT NULL, -- JSON list of node ids
    PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE facts (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;`,
];
