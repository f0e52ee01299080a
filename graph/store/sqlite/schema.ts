import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { nodeKinds } from '../../model/kinds.ts';
import type { PropertyDefinition } from '../../model/property.ts';
import { relationships } from '../../model/relationships.ts';

/**
 * What outlives the graph: numbers that stand for names. Tenants, partitions and words are only ever added, so that
 * every connection may remember them. A partition keeps its version when the graph is rebuilt; see `rebuild`.
 */
const names = `
CREATE TABLE IF NOT EXISTS graph (only INTEGER PRIMARY KEY CHECK (only = 1), model TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tenants (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS partitions (
  key INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  cluster TEXT NOT NULL,
  version INTEGER NOT NULL,
  floor INTEGER NOT NULL, -- deltas after this version are all in the log
  log_bytes INTEGER NOT NULL,
  UNIQUE (tenant, cluster)
) STRICT;
-- Kinds of edges and lists of claims: few, and repeated on every row.
CREATE TABLE IF NOT EXISTS words (key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
`;

/** The graph itself, and the log of deltas. */
const tables = `
CREATE TABLE nodes (
  key INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  id TEXT NOT NULL,
  partition INTEGER, -- null for a node that clusters share, which lives by its claims
  kind TEXT NOT NULL, -- empty while only edges speak of the node
  ref TEXT NOT NULL,
  namespace TEXT,
  name TEXT NOT NULL,
  properties TEXT NOT NULL,
  claims INTEGER, -- word; null for a shared node
  deleted TEXT -- RFC 3339 in UTC with milliseconds; for a shared node, since when nobody claims it; empty as kind
) STRICT;
CREATE UNIQUE INDEX nodes_id ON nodes (tenant, id);
CREATE INDEX nodes_ref ON nodes (tenant, kind, ref) WHERE deleted IS NULL;
CREATE INDEX nodes_name ON nodes (tenant, name) WHERE deleted IS NULL;
CREATE INDEX nodes_place ON nodes (partition, kind, namespace) WHERE deleted IS NULL;
CREATE INDEX nodes_partition ON nodes (partition);
CREATE INDEX nodes_deleted ON nodes (deleted) WHERE deleted IS NOT NULL;
CREATE TABLE claims (
  node INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  namespace TEXT,
  claims INTEGER NOT NULL, -- word
  deleted TEXT,
  PRIMARY KEY (node, partition)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_partition ON claims (partition);
CREATE TABLE edges (
  key INTEGER PRIMARY KEY,
  partition INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind INTEGER NOT NULL, -- word
  source INTEGER NOT NULL,
  target INTEGER NOT NULL,
  claims INTEGER NOT NULL, -- word
  attack TEXT,
  properties TEXT -- null when there are none
) STRICT;
CREATE UNIQUE INDEX edges_id ON edges (id, partition);
CREATE INDEX edges_out ON edges (source, kind);
CREATE INDEX edges_in ON edges (target, kind);
CREATE INDEX edges_partition ON edges (partition);
CREATE TABLE log (
  partition INTEGER NOT NULL,
  version INTEGER NOT NULL,
  at TEXT NOT NULL, -- as nodes.deleted
  size INTEGER NOT NULL,
  delta TEXT NOT NULL,
  PRIMARY KEY (partition, version)
) STRICT;
`;

/** An index for each property the model wants one for. Its names come from the model alone, never from input. */
const propertyIndexes = Object.entries(nodeKinds).flatMap(([kind, { properties }]) =>
  Object.entries(properties)
    .filter(([, definition]: [string, PropertyDefinition]) => definition.indexed)
    .map(
      ([name]) =>
        `CREATE INDEX nodes_${kind}_${name} ON nodes (tenant, properties ->> '$.${name}') WHERE kind = '${kind}' AND deleted IS NULL;`,
    ),
);

const graphSchema = [tables, ...propertyIndexes].join('\n');

/** Names the model and the layout that this code reads and writes. */
export const modelHash = createHash('sha256')
  .update(JSON.stringify([nodeKinds, relationships, graphSchema]))
  .digest('base64url');

/** The model that the file's graph was built for; null in a new file. */
export function storedModel(db: Database): string | null {
  const row = db.prepare<[], { model: string }>('SELECT model FROM graph').get();
  return row === undefined ? null : row.model;
}

/** Makes the graph's tables, anew when they are for another model. Within the caller's transaction. */
export function prepareGraph(db: Database, model = modelHash): void {
  db.exec(names);
  if (storedModel(db) === model) return;
  for (const table of ['log', 'edges', 'claims', 'nodes']) db.exec(`DROP TABLE IF EXISTS ${table}`);
  db.exec(graphSchema);
  // One version further with nothing behind it: whoever followed the old graph gets VERSION_EXPIRED and scans the new one.
  db.exec('UPDATE partitions SET version = version + 1, floor = version + 1, log_bytes = 0');
  db.prepare('INSERT OR REPLACE INTO graph (only, model) VALUES (1, ?)').run(model);
}
