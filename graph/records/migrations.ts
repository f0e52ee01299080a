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
    expires_at INTEGER NOT NULL, -- milliseconds since the epoch
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
  `CREATE TABLE alerts (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    cluster TEXT NOT NULL,
    namespace TEXT,
    key TEXT, -- null once resolved: the next occurrence opens another
    rule TEXT NOT NULL,
    severity INTEGER NOT NULL, -- 0 for the least
    state TEXT NOT NULL,
    suppressed INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_seen TEXT NOT NULL, -- RFC 3339 in UTC with milliseconds, as every time below
    last_seen TEXT NOT NULL,
    body TEXT NOT NULL, -- the alert as JSON
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX alerts_key ON alerts (tenant, cluster, key) WHERE key IS NOT NULL;
  CREATE INDEX alerts_seen ON alerts (tenant, last_seen, id);
  CREATE TABLE alert_terms (
    tenant TEXT NOT NULL,
    term TEXT NOT NULL, -- a technique, a subject or a proof
    alert TEXT NOT NULL,
    PRIMARY KEY (tenant, term, alert)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alert_terms_alert ON alert_terms (tenant, alert);
  CREATE TABLE alert_partitions (
    tenant TEXT NOT NULL,
    cluster TEXT NOT NULL,
    version INTEGER NOT NULL,
    floor INTEGER NOT NULL, -- commits after this version are all in the log
    logged INTEGER NOT NULL, -- entries in the log
    PRIMARY KEY (tenant, cluster)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE alert_log (
    tenant TEXT NOT NULL,
    cluster TEXT NOT NULL,
    version INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL, -- an event as JSON
    PRIMARY KEY (tenant, cluster, version, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE suppressions (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    cluster TEXT,
    namespace TEXT,
    expires_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE audit_trail (
    tenant TEXT NOT NULL,
    at TEXT NOT NULL,
    id TEXT NOT NULL,
    about TEXT NOT NULL,
    cluster TEXT,
    namespace TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, at, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX audit_trail_about ON audit_trail (tenant, about, at);`,
  `CREATE TABLE senders (
    tenant TEXT NOT NULL,
    cluster TEXT NOT NULL,
    node TEXT NOT NULL,
    instance TEXT NOT NULL,
    heard_at TEXT NOT NULL,
    body TEXT NOT NULL, -- the sender as JSON
    PRIMARY KEY (tenant, cluster, node, instance)
  ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE learnt (
    tenant TEXT NOT NULL,
    cluster TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, cluster, key)
  ) STRICT, WITHOUT ROWID;`,
  `ALTER TABLE alerts ADD COLUMN reach REAL NOT NULL DEFAULT 0; -- 1 / (1 + the cost to cluster-admin); 0 for no way
  UPDATE alerts SET reach = 1.0 / (1 + json_extract(body, '$.fields."portolan.reach.clusterAdminCost"'))
  WHERE json_type(body, '$.fields."portolan.reach.clusterAdminCost"') IN ('integer', 'real')
    AND json_extract(body, '$.fields."portolan.reach.clusterAdminCost"') >= 0;`,
  `ALTER TABLE learnt ADD COLUMN position INTEGER NOT NULL DEFAULT 0; -- the write that it comes from
  CREATE INDEX learnt_position ON learnt (tenant, cluster, position, key);`,
];
