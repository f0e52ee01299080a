import { createHash } from 'node:crypto';
import { nodeKinds } from '../../model/kinds.ts';
import { relationships } from '../../model/relationships.ts';
import { StoreError } from '../errors.ts';
import type { Database, Run } from './database.ts';

/** Changed when the way the graph lies does, so that it is charted anew. */
const layout = 1;

/** Names the model and the layout that this code reads and writes. */
export const modelHash = createHash('sha256')
  .update(JSON.stringify([nodeKinds, relationships, layout]))
  .digest('base64url');

/**
 * Every node of the graph is an Entity; one that lives has its kind as a label too, one that died is a Tombstone. What the
 * store keeps beside the graph begins with Portolan. The key of a text is unlimited in the model, of an index it is not,
 * so that only ids, which we make, are indexed.
 */
const constraints = [
  'CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE (n.tenant, n.id) IS UNIQUE',
  'CREATE CONSTRAINT partition IF NOT EXISTS FOR (n:PortolanPartition) REQUIRE (n.tenant, n.cluster) IS UNIQUE',
  'CREATE CONSTRAINT delta IF NOT EXISTS FOR (n:PortolanDelta) REQUIRE (n.tenant, n.cluster, n.version) IS UNIQUE',
  'CREATE CONSTRAINT named_set IF NOT EXISTS FOR (n:PortolanSet) REQUIRE (n.tenant, n.name) IS UNIQUE',
  'CREATE CONSTRAINT fact IF NOT EXISTS FOR (n:PortolanFact) REQUIRE (n.tenant, n.name) IS UNIQUE',
  'CREATE CONSTRAINT model IF NOT EXISTS FOR (n:PortolanModel) REQUIRE n.name IS UNIQUE',
  'CREATE CONSTRAINT alert IF NOT EXISTS FOR (n:PortolanAlert) REQUIRE (n.tenant, n.id) IS UNIQUE',
  'CREATE CONSTRAINT alert_key IF NOT EXISTS FOR (n:PortolanAlert) REQUIRE (n.tenant, n.cluster, n.key) IS UNIQUE',
  'CREATE CONSTRAINT alert_partition IF NOT EXISTS FOR (n:PortolanAlertPartition) REQUIRE (n.tenant, n.cluster) IS UNIQUE',
  'CREATE CONSTRAINT alert_event IF NOT EXISTS FOR (n:PortolanAlertEvent) REQUIRE (n.tenant, n.cluster, n.version, n.sequence) IS UNIQUE',
  'CREATE CONSTRAINT suppression IF NOT EXISTS FOR (n:PortolanSuppression) REQUIRE (n.tenant, n.id) IS UNIQUE',
  'CREATE CONSTRAINT audit_entry IF NOT EXISTS FOR (n:PortolanAuditEntry) REQUIRE (n.tenant, n.id) IS UNIQUE',
  'CREATE INDEX alert_seen IF NOT EXISTS FOR (n:PortolanAlert) ON (n.tenant, n.lastSeen)',
  'CREATE INDEX audit_about IF NOT EXISTS FOR (n:PortolanAuditEntry) ON (n.tenant, n.about)',
  'CREATE INDEX entity_kind IF NOT EXISTS FOR (n:Entity) ON (n.tenant, n.kind)',
  'CREATE INDEX tombstone IF NOT EXISTS FOR (n:Tombstone) ON (n.tenant, n.deletedAt)',
];

/** The kinds of relationship that can be found by id, made so as they are first written. */
export interface EdgeKinds {
  has(kind: string): boolean;
  /** Makes the constraints that are missing; outside of any transaction. */
  add(kinds: Iterable<string>): Promise<void>;
}

const edgeConstraint = (kind: string): string =>
  `CREATE CONSTRAINT edge_${kind} IF NOT EXISTS FOR ()-[e:${kind}]-() REQUIRE (e.tenant, e.id, e.partition) IS UNIQUE`;

/** Makes constraints and indexes, and the graph anew when it is of another model. */
export async function prepare(database: Database, model = modelHash): Promise<EdgeKinds> {
  for (const statement of constraints) await database.alone(statement);
  const known = new Set<string>();
  const rows = await database.read<{ readonly name: string }>('SHOW CONSTRAINTS YIELD name RETURN name');
  for (const { name } of rows) if (name.startsWith('edge_')) known.add(name.slice('edge_'.length));
  const kinds: EdgeKinds = {
    has: (kind) => known.has(kind),
    async add(kinds) {
      for (const kind of kinds) {
        if (known.has(kind)) continue;
        await database.alone(edgeConstraint(kind));
        known.add(kind);
      }
    },
  };
  await kinds.add(Object.keys(relationships));
  await database.alone('CALL db.awaitIndexes(300)');
  await rebuild(database, model);
  return kinds;
}

/**
 * Removes a graph of another model. The lock on the model's node lets one process do it at a time; those on the partitions
 * keep writers out until it is done, who are then refused, as theirs is the old model.
 */
async function rebuild(database: Database, model: string): Promise<void> {
  await database.writing(async (run) => {
    const [found] = await run<{ readonly hash: string | null }>(
      "MERGE (m:PortolanModel {name: 'graph'}) SET m.name = 'graph' WITH m RETURN m.hash AS hash",
    );
    if (found?.hash === model) return;
    // One version further with nothing behind it: whoever followed the old graph gets VERSION_EXPIRED and scans the new one.
    await run(
      'MATCH (p:PortolanPartition) WHERE p.version > 0 SET p.version = p.version + 1, p.floor = p.version + 1, p.logBytes = 0',
    );
    for (const label of ['PortolanDelta', 'Entity']) {
      await database.alone(`MATCH (n:${label}) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 1000 ROWS`);
    }
    await run("MATCH (m:PortolanModel {name: 'graph'}) SET m.hash = $model", { model });
  });
}

/** Refuses to write for an older or newer model than this; within the transaction that writes. */
export async function checkModel(run: Run): Promise<void> {
  const [found] = await run<{ readonly hash: string | null }>(
    "MATCH (m:PortolanModel {name: 'graph'}) RETURN m.hash AS hash",
  );
  if (found?.hash !== modelHash) {
    throw new StoreError('UPSTREAM_UNAVAILABLE', 'Another version of Portolan has rebuilt this graph: restart.');
  }
}
