import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Delta, GraphEdge, GraphNode } from '../../model/graph.ts';
import { nodeKind } from '../../model/kinds.ts';
import { encodeDelta } from '../encode-delta.ts';
import { StoreError } from '../errors.ts';
import { allKinds } from '../field.ts';
import type { Lease } from '../port.ts';
import { validateDelta } from '../validate.ts';
import type { Database, Run } from './database.ts';
import { claimPlace, edgeKindOf, storedEdge, storedNode } from './layout.ts';
import { appendDelta, type LogLimits } from './log.ts';
import type { EdgeKinds } from './schema.ts';

/** How many changes one statement carries: between two the event loop turns. */
const batch = 2_000;

const allLabels = allKinds.join(':');

/** Commits one delta, as the port says. */
export function applier(database: Database, kinds: EdgeKinds, limits: LogLimits) {
  return async (lease: Lease, expected: number, delta: Delta): Promise<number> => {
    const { tenant, cluster } = lease.partition;
    validateDelta(delta, cluster);
    for (const { id, kind } of delta.edges) {
      if (edgeKindOf(id) !== kind) throw refused('edge', id, 'its id must begin with its kind');
    }
    const body = await promisify(gzip)(encodeDelta(delta), { level: constants.Z_BEST_SPEED });
    await kinds.add(new Set(delta.edges.map(({ kind }) => kind)));
    const at = new Date(delta.at).toISOString();
    const commit = randomUUID();
    const place: Place = { tenant, cluster, at };
    return database.writing(async (run) => {
      const entry = { version: expected + 1, at, body, commit };
      if ((await appendDelta(run, lease, entry, limits)) === 'committed') return entry.version;
      await putNodes(run, place, delta.nodes);
      await putEdges(run, place, delta.edges);
      await removeEdges(
        run,
        place,
        delta.removedEdges.filter((id) => kinds.has(edgeKindOf(id) ?? '')),
      );
      await removeNodes(run, place, delta.removedNodes);
      return entry.version;
    });
  };
}

interface Place {
  readonly tenant: string;
  readonly cluster: string;
  /** RFC 3339 in UTC with milliseconds, so that times compare as text. */
  readonly at: string;
}

async function inBatches<T>(items: readonly T[], send: (rows: readonly T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += batch) await send(items.slice(from, from + batch));
}

// Writing a property, be it with the value it has, takes the node's lock: what is read after that no other writer changes.
const lockNode = 'SET n.id = row.id';

async function putNodes(run: Run, { tenant, cluster }: Place, nodes: readonly GraphNode[]): Promise<void> {
  // Shared nodes come last and in one order, so that writers of several partitions seldom wait for each other in a circle.
  const ordered = nodes.toSorted(
    (a, b) => Number(a.cluster === null) - Number(b.cluster === null) || (a.id < b.id ? -1 : 1),
  );
  for (const [kind, ofKind] of Map.groupBy(ordered, ({ kind }) => kind)) {
    const statement = nodeKind(kind).shared ? putShared(kind) : putOwn(kind);
    await inBatches(ofKind, async (nodes) => {
      const rows = nodes.map((node) => ({
        id: node.id,
        state: storedNode(tenant, node),
        place: claimPlace(node.namespace),
        extents: JSON.stringify(node.claims),
      }));
      const [found] = await run<{ readonly taken: readonly string[] }>(statement, { tenant, cluster, kind, rows });
      const [id] = found?.taken ?? [];
      if (id !== undefined) throw refused('node', id, 'id: it already stands for another node');
    });
  }
}

const putOwn = (kind: string): string => `UNWIND $rows AS row
  MERGE (n:Entity {tenant: $tenant, id: row.id})
  ${lockNode}
  WITH n, row, n.kind <> $kind OR (n.kind = $kind AND coalesce(n.cluster <> $cluster, true)) AS taken
  SET n = row.state
  SET n:${kind} REMOVE n:Tombstone
  RETURN collect(CASE WHEN taken THEN row.id END)[..1] AS taken`;

const putShared = (kind: string): string => `UNWIND $rows AS row
  MERGE (n:Entity {tenant: $tenant, id: row.id})
  ${lockNode}
  WITH n, row, n.kind <> $kind AS taken,
    [i IN range(0, coalesce(size(n.claimClusters), 0) - 1) WHERE n.claimClusters[i] <> $cluster] AS others
  WITH n, row, taken, [i IN others | n.claimClusters[i]] + [$cluster] AS clusters,
    [i IN others | n.claimNamespaces[i]] + [row.place] AS namespaces,
    [i IN others | n.claimExtents[i]] + [row.extents] AS extents,
    [i IN others | n.claimRemoved[i]] + [''] AS removed
  SET n = row.state
  SET n.claimClusters = clusters, n.claimNamespaces = namespaces, n.claimExtents = extents, n.claimRemoved = removed
  SET n:${kind} REMOVE n:Tombstone
  RETURN collect(CASE WHEN taken THEN row.id END)[..1] AS taken`;

async function putEdges(run: Run, { tenant, cluster }: Place, edges: readonly GraphEdge[]): Promise<void> {
  for (const [kind, ofKind] of Map.groupBy(edges, ({ kind }) => kind)) {
    // An edge may come before the node at its end, which is then an Entity of no kind.
    const statement = `UNWIND $rows AS row
      MERGE (a:Entity {tenant: $tenant, id: row.from})
      MERGE (b:Entity {tenant: $tenant, id: row.to})
      MERGE (a)-[e:${kind} {tenant: $tenant, partition: $cluster, id: row.id}]->(b)
      SET e = row.state`;
    await inBatches(ofKind, async (edges) => {
      const rows = edges.map((edge) => ({
        id: edge.id,
        from: edge.from,
        to: edge.to,
        state: storedEdge(tenant, cluster, edge),
      }));
      await run(statement, { tenant, cluster, rows }).catch((error: unknown) => {
        const { code } = error as { readonly code?: unknown };
        if (code !== 'Neo.ClientError.Schema.ConstraintValidationFailed') throw error;
        throw new StoreError('INVALID_VALUE', `an edge of kind ${kind}: id: it already stands for another edge.`, {
          cause: error,
        });
      });
    });
  }
}

async function removeEdges(run: Run, { tenant, cluster }: Place, ids: readonly string[]): Promise<void> {
  for (const [kind, ofKind] of Map.groupBy(ids, edgeKindOf)) {
    const statement = `UNWIND $ids AS id
      MATCH ()-[e:${kind} {tenant: $tenant, id: id, partition: $cluster}]->() DELETE e`;
    await inBatches(ofKind, async (ids) => {
      await run(statement, { tenant, cluster, ids });
    });
  }
}

async function removeNodes(run: Run, { tenant, cluster, at }: Place, removed: readonly string[]): Promise<void> {
  await inBatches(removed.toSorted(), async (ids) => {
    await run(
      `UNWIND $ids AS id
       MATCH (n:Entity {tenant: $tenant, id: id}) WHERE n.cluster = $cluster AND n.deletedAt IS NULL
       SET n.deletedAt = $at, n:Tombstone REMOVE n:${allLabels}`,
      { tenant, cluster, ids, at },
    );
    await run(
      `UNWIND $ids AS id
       MATCH (n:Entity {tenant: $tenant, id: id}) WHERE $cluster IN n.claimClusters
       SET n.id = id
       WITH n, [i IN range(0, size(n.claimClusters) - 1) |
         CASE WHEN n.claimClusters[i] = $cluster AND n.claimRemoved[i] = '' THEN $at ELSE n.claimRemoved[i] END] AS removed
       SET n.claimRemoved = removed
       WITH n, removed WHERE n.deletedAt IS NULL AND none(time IN removed WHERE time = '')
       SET n.deletedAt = $at, n:Tombstone REMOVE n:${allLabels}`,
      { tenant, cluster, ids, at },
    );
  });
}

/** An id is a pure function of the natural key; here it is not. */
function refused(what: string, id: string, problem: string): StoreError {
  return new StoreError('INVALID_VALUE', `${what} ${JSON.stringify(id)}: ${problem}.`);
}
