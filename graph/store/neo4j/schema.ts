import { createHash } from 'node:crypto';
import { nodeKinds } from '../../model/kinds.ts';
import { relationships } from '../../model/relationships.ts';
import { StoreError } from '../errors.ts';
import type { Database } from './database.ts';
import { shortKey } from './layout.ts';
import { turns } from './turns.ts';

/** Changed when the way the graph lies does, so that it is charted anew. */
const layout = 3;

/** Names the model and the layout that this code reads and writes. */
export const modelHash = createHash('sha256')
  .update(JSON.stringify([nodeKinds, relationships, layout]))
  .digest('base64url');

/**
 * Every node of the graph is an Entity; one that lives has its kind as a label too, one that died is a Tombstone. What the
 * store keeps beside the graph begins with Portolan. A text is unlimited in the model, in an index it is not, so that only
 * ids, which we make, are indexed whole; of names the keys are (see layout.ts).
 */
const constraints = {
  entity_id: 'FOR (n:Entity) REQUIRE (n.tenant, n.id) IS UNIQUE',
  partition: 'FOR (n:PortolanPartition) REQUIRE (n.tenant, n.cluster) IS UNIQUE',
  delta: 'FOR (n:PortolanDelta) REQUIRE (n.tenant, n.cluster, n.version) IS UNIQUE',
  named_set: 'FOR (n:PortolanSet) REQUIRE (n.tenant, n.name) IS UNIQUE',
  fact: 'FOR (n:PortolanFact) REQUIRE (n.tenant, n.name) IS UNIQUE',
  learnt: 'FOR (n:PortolanLearnt) REQUIRE (n.tenant, n.cluster, n.key) IS UNIQUE',
  model: 'FOR (n:PortolanModel) REQUIRE n.name IS UNIQUE',
  alert: 'FOR (n:PortolanAlert) REQUIRE (n.tenant, n.id) IS UNIQUE',
  alert_key: 'FOR (n:PortolanAlert) REQUIRE (n.tenant, n.cluster, n.key) IS UNIQUE',
  alert_partition: 'FOR (n:PortolanAlertPartition) REQUIRE (n.tenant, n.cluster) IS UNIQUE',
  alert_event: 'FOR (n:PortolanAlertEvent) REQUIRE (n.tenant, n.cluster, n.version, n.sequence) IS UNIQUE',
  suppression: 'FOR (n:PortolanSuppression) REQUIRE (n.tenant, n.id) IS UNIQUE',
  sender: 'FOR (n:PortolanSender) REQUIRE (n.tenant, n.cluster, n.node, n.instance) IS UNIQUE',
  audit_entry: 'FOR (n:PortolanAuditEntry) REQUIRE (n.tenant, n.id) IS UNIQUE',
};

const indexes = {
  alert_seen: 'FOR (n:PortolanAlert) ON (n.tenant, n.lastSeen)',
  audit_about: 'FOR (n:PortolanAuditEntry) ON (n.tenant, n.about)',
  learnt_position: 'FOR (n:PortolanLearnt) ON (n.tenant, n.cluster, n.position)',
  entity_kind: 'FOR (n:Entity) ON (n.tenant, n.kind)',
  entity_name: `FOR (n:Entity) ON (n.tenant, n.kind, n.${shortKey('name')})`,
  entity_ref: `FOR (n:Entity) ON (n.tenant, n.kind, n.${shortKey('ref')})`,
  tombstone: 'FOR (n:Tombstone) ON (n.tenant, n.deletedAt)',
};

/** The kinds of relationship that can be found by id: their indexes are made as they are first written. */
export interface EdgeKinds {
  has(kind: string): boolean;
  /** Makes the indexes that are missing; outside of any transaction. */
  add(kinds: Iterable<string>): Promise<void>;
}

const indexPrefix = 'edge_';

const edgeIndex = (kind: string): string =>
  `CREATE INDEX ${indexPrefix}${kind} IF NOT EXISTS FOR ()-[e:${kind}]-() ON (e.id)`;

/** Makes constraints and indexes, and the graph anew when it is of another model. */
export async function prepare(database: Database, model = modelHash): Promise<EdgeKinds> {
  const rows = await database.read<{ readonly name: string }>('SHOW INDEXES YIELD name RETURN name');
  const names = new Set(rows.map(({ name }) => name)); // a constraint's index has its name
  const missing = [...creations('CONSTRAINT', constraints, names), ...creations('INDEX', indexes, names)];
  await create(database, missing);
  // What was learnt under releases that did not number their writes comes before all of them.
  if (!names.has('learnt_position'))
    await database.alone(
      'MATCH (l:PortolanLearnt) WHERE l.position IS NULL CALL (l) { SET l.position = 0 } IN TRANSACTIONS',
    );
  const ofEdges = [...names].filter((name) => name.startsWith(indexPrefix));
  const known = new Set(ofEdges.map((name) => name.slice(indexPrefix.length)));
  const inTurn = turns();
  const kinds: EdgeKinds = {
    has: (kind) => known.has(kind),
    // Deltas are made ready side by side, and may want the same.
    add: (kinds) =>
      inTurn('indexes', async () => {
        const missing = new Set(kinds).difference(known);
        if (missing.size === 0) return;
        await create(database, Array.from(missing, edgeIndex));
        for (const kind of missing) known.add(kind);
      }),
  };
  await kinds.add(Object.keys(relationships));
  await database.alone('CALL db.awaitIndexes(300)');
  await rebuild(database, model);
  return kinds;
}

/** The statements that make what is not there yet: each costs time, though it were to do nothing. */
function creations(
  what: string,
  wanted: Readonly<Record<string, string>>,
  names: ReadonlySet<string>,
): readonly string[] {
  const missing = Object.entries(wanted).filter(([name]) => !names.has(name));
  return missing.map(([name, definition]) => `CREATE ${what} ${name} IF NOT EXISTS ${definition}`);
}

/**
 * Creates all in one transaction. What another process creates at that very time Neo4j refuses, IF NOT EXISTS or not:
 * once that one is done, it is there.
 */
async function create(database: Database, statements: readonly string[], tries = 5): Promise<void> {
  try {
    await database.writing((run) => Promise.all(statements.map((statement) => run(statement))));
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && madeMeanwhile.has(error.code);
    if (!exists || tries === 1) throw error;
    await create(database, statements, tries - 1);
  }
}

const madeMeanwhile = new Set<unknown>([
  'Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists',
  'Neo.ClientError.Schema.IndexAlreadyExists',
  'Neo.ClientError.Schema.ConstraintAlreadyExists',
]);

/** A transaction each, again and again: Neo4j holds what one of them changes in memory. Deltas are large, relationships small. */
const removals = [
  'MATCH (d:PortolanDelta) WITH d LIMIT 100 DELETE d RETURN count(*) AS removed',
  'MATCH (:Entity)-[e]->() WITH e LIMIT 10000 DELETE e RETURN count(*) AS removed',
  'MATCH (n:Entity) WITH n LIMIT 10000 DELETE n RETURN count(*) AS removed',
];

/**
 * Removes a graph of another model. The lock on the model's node lets one process do it at a time; those on the partitions
 * keep writers out until it is done, who are then refused, as theirs is the old model.
 */
async function rebuild(database: Database, model: string): Promise<void> {
  await database.writing(async (run) => {
    const [found] = await run<{ readonly hash: string | null }>(
      `MERGE (m:PortolanModel {name: 'graph'}) ON CREATE SET m.hash = $model
       SET m.name = 'graph' WITH m RETURN m.hash AS hash`,
      { model },
    );
    if (found?.hash === model) return;
    // One version further with nothing behind it: whoever followed the old graph gets VERSION_EXPIRED and scans the new one.
    await run(
      'MATCH (p:PortolanPartition) WHERE p.version > 0 SET p.version = p.version + 1, p.floor = p.version + 1, p.logBytes = 0',
    );
    for (const removal of removals) {
      const some = () => database.writing((run) => run<{ readonly removed: number }>(removal));
      for (let [row] = await some(); row !== undefined && row.removed > 0; [row] = await some());
    }
    await run("MATCH (m:PortolanModel {name: 'graph'}) SET m.hash = $model", { model });
  });
}

/** Refuses to write for an older or newer model than this; `stored` is read within the transaction that writes. */
export function checkModel(stored: string | null): void {
  if (stored !== modelHash) {
    throw new StoreError('UPSTREAM_UNAVAILABLE', 'Another version of Portolan has rebuilt this graph: restart.');
  }
}
