import type { Database } from 'better-sqlite3';
import type { GraphEdge, GraphNode, VersionVector } from '../../model/graph.ts';
import { expired, type LoggedDelta } from '../follow.ts';
import type { Names } from './names.ts';
import { type EdgeRow, type NodeRow, toEdge, toNode } from './rows.ts';

const batch = 1_000;
/** How much of the log one answer carries, in bytes of JSON; at least one delta. */
const chunk = 1024 * 1024;

/** Where a scan goes on: after the row with this number. */
export interface ScanPage<T> {
  readonly items: readonly T[];
  readonly after: number | null;
}

/** What followers read: versions, the log, and the graph page by page. */
export function history(db: Database, names: Names) {
  const partitions = db.prepare<[string], { key: number; cluster: string; version: number; floor: number }>(
    `SELECT p.key, p.cluster, p.version, p.floor FROM partitions p JOIN tenants t ON t.key = p.tenant
     WHERE t.name = ? ORDER BY p.cluster`,
  );
  const deltas = db.prepare<[number, number], { version: number; delta: string }>(
    'SELECT version, delta FROM log WHERE partition = ? AND version > ? ORDER BY version',
  );
  const findPartition = db
    .prepare<[string, string], number>(
      'SELECT p.key FROM partitions p JOIN tenants t ON t.key = p.tenant WHERE t.name = ? AND p.cluster = ?',
    )
    .pluck();
  const nodes = db
    .prepare<[number, number, number], [number, ...NodeRow]>(
      `SELECT key, id, kind, ref, partition, namespace, name, properties, claims, deleted, NULL FROM nodes
       WHERE partition = ? AND key > ? AND deleted IS NULL ORDER BY key LIMIT ?`,
    )
    .raw();
  const sharedNodes = db
    .prepare<[number, number, number], [number, ...NodeRow]>(
      `SELECT n.key, n.id, n.kind, n.ref, NULL, c.namespace, n.name, n.properties, c.claims, NULL, NULL
       FROM claims c CROSS JOIN nodes n ON n.key = c.node
       WHERE c.partition = ? AND c.node > ? AND c.deleted IS NULL ORDER BY c.node LIMIT ?`,
    )
    .raw();
  const edges = db
    .prepare<[number, number, number], [number, ...EdgeRow]>(
      `SELECT e.key, e.id, e.kind, a.id, b.id, e.attack, e.properties, e.claims
       FROM edges e CROSS JOIN nodes a ON a.key = e.source CROSS JOIN nodes b ON b.key = e.target
       WHERE e.partition = ? AND e.key > ? ORDER BY e.key LIMIT ?`,
    )
    .raw();

  function version(tenant: string): VersionVector {
    return Object.fromEntries(partitions.all(tenant).map(({ cluster, version }) => [cluster, version]));
  }

  function logBegins(tenant: string): VersionVector {
    return Object.fromEntries(partitions.all(tenant).map(({ cluster, floor }) => [cluster, floor]));
  }

  /** What follows `since` in the log, as much as one answer carries; nothing when it is the present. */
  const changes = db.transaction((tenant: string, since: VersionVector): readonly LoggedDelta[] => {
    const found: LoggedDelta[] = [];
    let bytes = 0;
    const all = partitions.all(tenant);
    const present = new Map(all.map(({ cluster, version }) => [cluster, version]));
    for (const [cluster, asked] of Object.entries(since)) {
      if (asked > (present.get(cluster) ?? 0)) throw expired(cluster, asked, 'the store has not reached it');
    }
    for (const { key, cluster, version, floor } of all) {
      const from = since[cluster] ?? 0;
      if (from < floor) throw expired(cluster, from, `the log begins after ${floor}`);
      if (from === version) continue;
      for (const { version, delta } of deltas.iterate(key, from)) {
        found.push({ cluster, version, json: delta });
        bytes += delta.length;
        if (bytes > chunk) return found;
      }
    }
    return found;
  });

  function page<Row extends readonly unknown[], T>(
    rows: readonly (readonly [number, ...Row])[],
    read: (row: Row) => T,
  ): ScanPage<T> {
    const items = rows.map(([, ...row]) => read(row as unknown as Row));
    return { items, after: rows.length < batch ? null : (rows.at(-1)?.[0] ?? null) };
  }

  const scanOf = {
    nodes: (partition: number, after: number): ScanPage<GraphNode> =>
      page<NodeRow, GraphNode>(nodes.all(partition, after, batch), (row) => toNode(row, names) as GraphNode),
    shared: (partition: number, after: number): ScanPage<GraphNode> =>
      page<NodeRow, GraphNode>(sharedNodes.all(partition, after, batch), (row) => toNode(row, names) as GraphNode),
    edges: (partition: number, after: number): ScanPage<GraphEdge> =>
      page<EdgeRow, GraphEdge>(edges.all(partition, after, batch), (row) => toEdge(row, names)),
  } as const;

  return {
    version,
    logBegins,
    changes: (tenant: string, since: VersionVector): readonly LoggedDelta[] => changes(tenant, since),
    /** A page of what lives in a partition, from the row after `after`. */
    scan(tenant: string, cluster: string, what: keyof typeof scanOf, after: number): ScanPage<GraphNode | GraphEdge> {
      const partition = findPartition.get(tenant, cluster);
      return partition === undefined ? { items: [], after: null } : scanOf[what](partition, after);
    },
  };
}
