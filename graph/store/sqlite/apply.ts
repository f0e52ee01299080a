import type { Database } from 'better-sqlite3';
import type { Delta, GraphEdge, GraphNode } from '../../model/graph.ts';
import { nodeKind } from '../../model/kinds.ts';
import { StoreError } from '../errors.ts';
import type { Lease } from '../port.ts';
import { deltaLog, type LogLimits } from './log.ts';
import type { NodeKeyMemory, NodeKeys } from './node-keys.ts';
import { modelHash, storedModel } from './schema.ts';
import { type Vocabulary, vocabulary } from './vocabulary.ts';

interface Place {
  readonly tenant: number;
  readonly partition: number;
  /** RFC 3339 in UTC with milliseconds, so that times compare as text. */
  readonly at: string;
  /** The numbers of nodes, by id. */
  readonly keys: NodeKeys;
}

/** Commits one delta, given as JSON that `validateDelta` has passed; `now` is in milliseconds since the epoch. */
export type Apply = (lease: Lease, expected: number, json: string, now: number) => number;

export function applier(db: Database, limits: LogLimits, keys: NodeKeyMemory): Apply {
  const words = vocabulary(db);
  const log = deltaLog(db, limits);
  const nodes = nodeWriter(db, words);
  const edges = edgeWriter(db, words, nodes.keyOf);
  const findLease = db
    .prepare<[string, string, string, number, number], number>(
      'SELECT 1 FROM leases WHERE tenant = ? AND cluster = ? AND holder = ? AND token = ? AND expires_at > ?',
    )
    .pluck();

  const commit = db.transaction((lease: Lease, expected: number, json: string, now: number): number => {
    const { tenant, cluster } = lease.partition;
    if (findLease.get(tenant, cluster, lease.holder, lease.token, now) === undefined) {
      throw new StoreError(
        'LEASE_LOST',
        `${lease.holder} no longer holds the lease on ${cluster}: acquire it and start over.`,
      );
    }
    if (storedModel(db) !== modelHash) {
      throw new StoreError('UPSTREAM_UNAVAILABLE', 'Another version of Portolan has rebuilt this file: restart.');
    }
    const place = words.partition(tenant, cluster);
    const delta = JSON.parse(json) as Delta;
    const at = new Date(delta.at).toISOString();
    const version = log.append(place.partition, cluster, expected, at, json);
    const target: Place = { ...place, at, keys: keys.of(place.tenant) };
    for (const node of delta.nodes) nodes.put(target, node);
    for (const edge of delta.edges) edges.put(target, edge);
    for (const id of delta.removedEdges) edges.remove(target, id);
    for (const id of delta.removedNodes) nodes.remove(target, id);
    return version;
  });

  return (lease, expected, json, now) => {
    try {
      return commit.immediate(lease, expected, json, now);
    } catch (error) {
      // They may have learned numbers that were rolled back.
      words.forget();
      keys.forget();
      throw error;
    }
  };
}

interface FoundNode {
  readonly key: number;
  readonly partition: number | null;
  readonly kind: string;
  readonly ref: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly deleted: string | null;
}

function nodeWriter(db: Database, words: Vocabulary) {
  const find = db.prepare<[number, string], FoundNode>(
    'SELECT key, partition, kind, ref, namespace, name, deleted FROM nodes WHERE tenant = ? AND id = ?',
  );
  const insert = db.prepare(
    `INSERT INTO nodes (tenant, id, partition, kind, ref, namespace, name, properties, claims, deleted)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)`,
  );
  const insertUnknown = db.prepare(
    "INSERT INTO nodes (tenant, id, kind, ref, name, properties, deleted) VALUES (?, ?, '', '', '', '{}', '')",
  );
  const update = db.prepare(
    `UPDATE nodes SET partition = ?, kind = ?, ref = ?, namespace = ?, name = ?, properties = ?, claims = ?, deleted = NULL
     WHERE key = ?`,
  );
  // Most updates leave name and place alone, and so the indexes on them: twice as fast as an upsert of the whole row.
  const updateState = db.prepare('UPDATE nodes SET properties = ?, claims = ? WHERE key = ?');
  const bury = db.prepare('UPDATE nodes SET deleted = ? WHERE key = ?');
  const claim = db.prepare(
    `INSERT INTO claims (node, partition, namespace, claims, deleted) VALUES (?, ?, ?, ?, NULL)
     ON CONFLICT (node, partition) DO UPDATE SET namespace = excluded.namespace, claims = excluded.claims, deleted = NULL`,
  );
  const dropClaim = db.prepare('UPDATE claims SET deleted = ? WHERE node = ? AND partition = ? AND deleted IS NULL');
  const isClaimed = db.prepare<[number], number>('SELECT 1 FROM claims WHERE node = ? AND deleted IS NULL').pluck();

  return {
    put({ tenant, partition, keys }: Place, { id, kind, ref, name, ...node }: GraphNode): void {
      const { shared } = nodeKind(kind);
      const owner = shared ? null : partition;
      const namespace = shared ? null : node.namespace;
      const claims = words.claims(node.claims);
      const ownClaims = shared ? null : claims;
      const properties = JSON.stringify(node.properties);
      const found = find.get(tenant, id);
      let key = found?.key;
      if (found === undefined || key === undefined) {
        const { lastInsertRowid } = insert.run(tenant, id, owner, kind, ref, namespace, name, properties, ownClaims);
        key = Number(lastInsertRowid);
      } else {
        if (found.kind !== '' && (found.kind !== kind || found.partition !== owner)) throw taken('node', id);
        const unmoved = found.ref === ref && found.namespace === namespace && found.name === name;
        if (found.deleted === null && unmoved) updateState.run(properties, ownClaims, key);
        else update.run(owner, kind, ref, namespace, name, properties, ownClaims, key);
      }
      keys.set(id, key);
      if (shared) claim.run(key, partition, node.namespace, claims);
    },

    remove({ tenant, partition, at }: Place, id: string): void {
      const found = find.get(tenant, id);
      if (found === undefined || found.deleted !== null) return;
      if (found.partition === partition) bury.run(at, found.key);
      else if (found.partition === null && dropClaim.run(at, found.key, partition).changes > 0) {
        if (isClaimed.get(found.key) === undefined) bury.run(at, found.key);
      }
    },

    /** The number of a node; an edge may come before the node it leads to. */
    keyOf({ tenant, keys }: Place, id: string): number {
      const known = keys.get(id);
      if (known !== undefined) return known;
      const key = find.get(tenant, id)?.key ?? Number(insertUnknown.run(tenant, id).lastInsertRowid);
      keys.set(id, key);
      return key;
    },
  };
}

function edgeWriter(db: Database, words: Vocabulary, keyOf: (place: Place, id: string) => number) {
  const upsert = db.prepare(
    `INSERT INTO edges (partition, id, kind, source, target, claims, attack, properties) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id, partition) DO UPDATE
     SET claims = excluded.claims, attack = excluded.attack, properties = excluded.properties
     WHERE edges.kind = excluded.kind AND edges.source = excluded.source AND edges.target = excluded.target`,
  );
  const drop = db.prepare('DELETE FROM edges WHERE id = ? AND partition = ?');

  return {
    put(place: Place, edge: GraphEdge): void {
      const properties = JSON.stringify(edge.properties);
      const { changes } = upsert.run(
        place.partition,
        edge.id,
        words.word(edge.kind),
        keyOf(place, edge.from),
        keyOf(place, edge.to),
        words.claims(edge.claims),
        edge.attack === null ? null : JSON.stringify(edge.attack),
        properties === '{}' ? null : properties,
      );
      if (changes === 0) throw taken('edge', edge.id);
    },
    remove({ partition }: Place, id: string): void {
      drop.run(id, partition);
    },
  };
}

/** An id is a pure function of the natural key; here it is not. */
function taken(what: string, id: string): StoreError {
  return new StoreError('INVALID_VALUE', `${what} ${JSON.stringify(id)}: id: it already stands for another ${what}.`);
}
