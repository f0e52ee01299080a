import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { int } from 'neo4j-driver';
import type { GraphEdge, GraphNode, VersionVector } from '../../model/graph.ts';
import { expired, type LoggedDelta } from '../follow.ts';
import type { ScanBatch } from '../port.ts';
import type { Database, Run } from './database.ts';
import { gathered } from './gathered.ts';
import { type Stored, statedNodes, toEdge } from './layout.ts';

/** How many items a batch of a scan holds. */
const batch = 1_000;
/** How much of the log one answer carries, in bytes as they lie; at least one delta. */
const chunk = 256 * 1024;

interface PartitionRow {
  readonly cluster: string;
  readonly version: number;
  readonly floor: number;
}

const findPartitions = `MATCH (p:PortolanPartition) WHERE p.tenant = $tenant AND p.version > 0
  RETURN p.cluster AS cluster, p.version AS version, p.floor AS floor ORDER BY cluster`;

/** The partitions, each with the deltas that come next. */
const findNext = `MATCH (p:PortolanPartition) WHERE p.tenant = $tenant AND p.version > 0
  RETURN p.cluster AS cluster, p.version AS version, p.floor AS floor, COLLECT {
    MATCH (d:PortolanDelta) WHERE d.tenant = $tenant AND d.cluster = p.cluster
      AND d.version > coalesce($since[p.cluster], 0) AND d.version <= p.version
    RETURN [d.version, CASE WHEN d.size <= ${chunk / 16} THEN d.body END] ORDER BY d.version LIMIT 16
  } AS next ORDER BY cluster`;

/** What followers read: versions, the log, and the graph batch by batch. */
export function history(database: Database) {
  const gather = gathered<VersionVector>();

  /** Each request asks for it where answers are kept: those who ask at once share a reading. */
  async function version(tenant: string): Promise<VersionVector> {
    const [found = {}] = await gather(tenant, [tenant], async (asked) => {
      const all = await database.read<PartitionRow>(findPartitions, { tenant });
      const vector = Object.fromEntries(all.map(({ cluster, version }) => [cluster, version]));
      return asked.map(() => vector);
    });
    return found;
  }

  async function logBegins(tenant: string): Promise<VersionVector> {
    const all = await database.read<PartitionRow>(findPartitions, { tenant });
    return Object.fromEntries(all.map(({ cluster, floor }) => [cluster, floor]));
  }

  /** What follows `since` in the log, as much as one answer carries; nothing when it is the present. */
  async function changes(tenant: string, since: VersionVector): Promise<readonly LoggedDelta[]> {
    const found = (await few(tenant, since)) ?? (await many(tenant, since));
    return Promise.all(
      found.map(async ({ body, ...delta }) => ({
        ...delta,
        json: String(await promisify(gunzip)(Uint8Array.from(body))),
      })),
    );
  }

  /** The first small deltas, in one round trip: who follows is mostly one behind. Null where the next one is not small. */
  async function few(tenant: string, since: VersionVector): Promise<readonly Logged[] | null> {
    type Next = readonly [version: number, body: Int8Array | null];
    const all = await database.read<PartitionRow & { readonly next: readonly Next[] }>(findNext, { tenant, since });
    checkPast(all, since);
    const behind = all.find(({ cluster, version }) => (since[cluster] ?? 0) < version);
    if (behind === undefined) return [];
    const { cluster, next } = behind;
    const logged: Logged[] = [];
    let last = since[cluster] ?? 0;
    for (const [version, body] of next) {
      if (body === null || version !== last + 1) break;
      logged.push({ cluster, version, body });
      last = version;
    }
    return logged.length > 0 ? logged : null;
  }

  async function many(tenant: string, since: VersionVector): Promise<readonly Logged[]> {
    return database.reading(async (run) => {
      const all = await run<PartitionRow>(findPartitions, { tenant });
      checkPast(all, since);
      const behind = all.find(({ cluster, version }) => (since[cluster] ?? 0) < version);
      return behind === undefined ? [] : logAfter(run, tenant, behind, since[behind.cluster] ?? 0);
    });
  }

  async function* scan(tenant: string, only: string | undefined): AsyncIterable<ScanBatch> {
    yield* batched(scanNodes(tenant, only), (cluster, nodes) => ({ cluster, nodes }));
    yield* batched(scanEdges(tenant, only), (cluster, edges) => ({ cluster, edges }));
  }

  async function* scanNodes(tenant: string, only: string | undefined): AsyncIterable<readonly [string, GraphNode]> {
    const rows = database.stream<{ readonly node: Stored }>(
      `MATCH (n:Entity) WHERE n.tenant = $tenant AND n.kind <> '' AND n.deletedAt IS NULL
       AND ($only IS NULL OR n.cluster = $only OR $only IN n.claimClusters) RETURN properties(n) AS node`,
      { tenant, only: only ?? null },
    );
    for await (const { node } of rows) yield* statedNodes(node, only);
  }

  async function* scanEdges(tenant: string, only: string | undefined): AsyncIterable<readonly [string, GraphEdge]> {
    const rows = database.stream<{
      readonly edge: Stored;
      readonly kind: string;
      readonly from: string;
      readonly to: string;
    }>(
      `MATCH (a:Entity)-[e]->(b) WHERE a.tenant = $tenant AND ($only IS NULL OR e.partition = $only)
       RETURN properties(e) AS edge, type(e) AS kind, a.id AS from, b.id AS to`,
      { tenant, only: only ?? null },
    );
    for await (const { edge, kind, from, to } of rows) yield [edge.partition as string, toEdge(edge, kind, from, to)];
  }

  return { version, logBegins, changes, scan };
}

function checkPast(all: readonly PartitionRow[], since: VersionVector): void {
  const present = new Map(all.map(({ cluster, version }) => [cluster, version]));
  for (const [cluster, asked] of Object.entries(since)) {
    if (asked > (present.get(cluster) ?? 0)) throw expired(cluster, asked, 'the store has not reached it');
  }
  for (const { cluster, floor } of all) {
    const from = since[cluster] ?? 0;
    if (from < floor) throw expired(cluster, from, `the log begins after ${floor}`);
  }
}

type Logged = Omit<LoggedDelta, 'json'> & { readonly body: Int8Array };

async function logAfter(
  run: Run,
  tenant: string,
  { cluster, version }: PartitionRow,
  from: number,
): Promise<readonly Logged[]> {
  const place = { tenant, cluster, from: int(from), version: int(version) };
  const sizes = await run<{ readonly version: number; readonly size: number }>(
    `MATCH (d:PortolanDelta) WHERE d.tenant = $tenant AND d.cluster = $cluster AND d.version > $from AND d.version <= $version
     RETURN d.version AS version, d.size AS size ORDER BY version LIMIT ${batch}`,
    place,
  );
  let last = from;
  for (let bytes = 0, i = 0; i < sizes.length && bytes <= chunk; i++) {
    const entry = sizes[i] as { readonly version: number; readonly size: number };
    last = entry.version;
    bytes += entry.size;
  }
  return run<Logged>(
    `MATCH (d:PortolanDelta) WHERE d.tenant = $tenant AND d.cluster = $cluster AND d.version > $from AND d.version <= $version
     RETURN d.cluster AS cluster, d.version AS version, d.body AS body ORDER BY version`,
    { ...place, version: int(last) },
  );
}

/** Items by cluster, in batches. */
async function* batched<T>(
  items: AsyncIterable<readonly [string, T]>,
  make: (cluster: string, items: readonly T[]) => ScanBatch,
): AsyncIterable<ScanBatch> {
  const waiting = new Map<string, T[]>();
  for await (const [cluster, item] of items) {
    const list = waiting.get(cluster) ?? [];
    waiting.set(cluster, list);
    if (list.push(item) < batch) continue;
    waiting.delete(cluster);
    yield make(cluster, list);
  }
  for (const [cluster, list] of waiting) yield make(cluster, list);
}
