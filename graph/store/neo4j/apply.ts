import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Delta, GraphEdge, GraphNode } from '../../model/graph.ts';
import { edgeId } from '../../model/id.ts';
import { nodeKind } from '../../model/kinds.ts';
import { encodeDelta } from '../encode-delta.ts';
import { StoreError } from '../errors.ts';
import { allKinds } from '../field.ts';
import type { Lease } from '../port.ts';
import { validateDelta } from '../validate.ts';
import type { Database, Run } from './database.ts';
import { endsOfKinds, markNeighbours, repeatedKinds, uneven, unevenCypher } from './even.ts';
import { claimPlace, edgeKindOf, storedEdge, storedNode } from './layout.ts';
import { appendDelta, type LogLimits } from './log.ts';
import type { EdgeKinds } from './schema.ts';
import { turns } from './turns.ts';

/** How many changes one statement carries: between two the event loop turns. */
const batch = 2_000;

const allLabels = allKinds.join(':');

/** Commits one delta, as the port says. Those of a partition are written in the order of the calls, while the next is made ready. */
export function applier(database: Database, kinds: EdgeKinds, limits: LogLimits) {
  const inTurn = turns();
  return (lease: Lease, expected: number, delta: Delta): Promise<number> => {
    const { tenant, cluster } = lease.partition;
    const ready = makeReady(delta, cluster, kinds);
    ready.catch(() => undefined); // thrown when it is awaited
    return inTurn(JSON.stringify([tenant, cluster]), async () => {
      const entry = { version: expected + 1, commit: randomUUID(), ...(await ready) };
      const place: Place = { tenant, cluster, at: entry.at };
      return database.writing(async (run) => {
        if ((await appendDelta(run, lease, entry, limits)) === 'appended') {
          await allOf(run, function* () {
            yield* putNodes(place, delta.nodes);
            yield* putEdges(place, delta.edges);
            yield* removeEdges(place, delta.removedEdges, kinds);
            yield* removeNodes(place, delta.removedNodes);
          });
        }
        return entry.version;
      });
    });
  };
}

/** Checks a delta, and makes what the log keeps of it. */
async function makeReady(delta: Delta, cluster: string, kinds: EdgeKinds) {
  validateDelta(delta, cluster);
  for (const { id, from, kind, to } of delta.edges) {
    if (id !== edgeId(from, kind, to)) throw refused('edge', id, 'it is not that of its ends and kind');
  }
  const body = await promisify(gzip)(encodeDelta(delta), { level: constants.Z_BEST_SPEED });
  await kinds.add(new Set(delta.edges.map(({ kind }) => kind)));
  return { at: new Date(delta.at).toISOString(), body };
}

interface Statement {
  readonly cypher: string;
  readonly values: object;
  /** Looks at the rows that it gave. */
  readonly check?: (rows: readonly unknown[]) => void;
}

/** Sends statements one after the other without waiting for answers, so that the server has the next when it is done with one. */
async function allOf(run: Run, statements: () => Iterable<Statement>): Promise<void> {
  const running: Promise<void>[] = [];
  for (const { cypher, values, check } of statements()) {
    const answered = run(cypher, values).then(check);
    answered.catch(() => undefined); // thrown below
    running.push(answered);
    await new Promise((resolve) => setImmediate(resolve)); // encoding them is work: others have their turn
  }
  await Promise.all(running);
}

interface Place {
  readonly tenant: string;
  readonly cluster: string;
  /** RFC 3339 in UTC with milliseconds, so that times compare as text. */
  readonly at: string;
}

function* batches<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < items.length; from += batch) yield items.slice(from, from + batch);
}

// Writing a property, be it with the value it has, takes the node's lock: what is read after that no other writer changes.
const lockNode = 'ON MATCH SET n.id = row.id';

function* putNodes({ tenant, cluster }: Place, nodes: readonly GraphNode[]): Iterable<Statement> {
  // Shared nodes come last and in one order, so that writers of several partitions seldom wait for each other in a circle.
  const [own, shared] = [false, true].map((shared) => nodes.filter(({ kind }) => nodeKind(kind).shared === shared));
  for (const [cypher, some = []] of [
    [putOwn, own],
    [putShared, shared?.toSorted(byId)],
  ] as const) {
    for (const part of batches(some)) {
      const rows = part.map((node) => ({
        id: node.id,
        kind: node.kind,
        state: storedNode(tenant, node),
        place: claimPlace(node.namespace),
        extents: JSON.stringify(node.claims),
      }));
      const check = ([found]: readonly unknown[]): void => {
        const [id] = (found as { readonly taken: readonly string[] }).taken;
        if (id !== undefined) throw refused('node', id, 'it already stands for another node');
      };
      yield { cypher, values: { tenant, cluster, rows }, check };
    }
  }
}

const byId = (a: GraphNode, b: GraphNode): number => (a.id < b.id ? -1 : 1);

// One text for all kinds: what Neo4j has planned once it need not plan again.
const putOwn = `UNWIND $rows AS row
  MERGE (n:Entity {tenant: $tenant, id: row.id})
  ${lockNode}
  WITH n, row, n.kind <> row.kind OR (n.kind = row.kind AND coalesce(n.cluster <> $cluster, true)) AS taken
  SET n = row.state
  SET n:$(row.kind) REMOVE n:Tombstone
  RETURN collect(CASE WHEN taken THEN row.id END)[..1] AS taken`;

const putShared = `UNWIND $rows AS row
  MERGE (n:Entity {tenant: $tenant, id: row.id})
  ${lockNode}
  WITH n, row, n.kind <> row.kind AS taken,
    [i IN range(0, coalesce(size(n.claimClusters), 0) - 1) WHERE n.claimClusters[i] <> $cluster] AS others
  WITH n, row, taken, [i IN others | n.claimClusters[i]] + [$cluster] AS clusters,
    [i IN others | n.claimNamespaces[i]] + [row.place] AS namespaces,
    [i IN others | n.claimExtents[i]] + [row.extents] AS extents,
    [i IN others | n.claimRemoved[i]] + [''] AS removed
  SET n = row.state
  SET n.claimClusters = clusters, n.claimNamespaces = namespaces, n.claimExtents = extents, n.claimRemoved = removed
  SET n:$(row.kind) REMOVE n:Tombstone
  RETURN collect(CASE WHEN taken THEN row.id END)[..1] AS taken`;

// An edge may come before the node at its end, which is then an Entity of no kind.
const putEdge = `UNWIND $rows AS row
  MERGE (a:Entity {tenant: $tenant, id: row.from})
  MERGE (b:Entity {tenant: $tenant, id: row.to})
  MERGE (a)-[e:$(row.kind) {id: row.id, partition: $cluster}]->(b)
  SET e = row.state
  WITH a, b, $ends[row.kind] AS ends WHERE ends IS NOT NULL AND ${unevenCypher('a', 'b', 'ends')}
  SET a:${uneven}, b:${uneven}`;

function* putEdges({ tenant, cluster }: Place, edges: readonly GraphEdge[]): Iterable<Statement> {
  for (const part of batches(edges)) {
    const rows = part.map((edge) => {
      const { id, kind, from, to } = edge;
      return { id, kind, from, to, state: storedEdge(tenant, cluster, edge) };
    });
    yield { cypher: putEdge, values: { tenant, cluster, rows, ends: endsOfKinds } };
  }
  for (const kind of repeatedKinds) {
    const ids = edges.filter((edge) => edge.kind === kind).map(({ id }) => id);
    const cypher = `UNWIND $ids AS id
      MATCH (a)-[e:${kind} {id: id}]->(b) WHERE e.tenant = $tenant AND e.partition <> $cluster SET a:${uneven}, b:${uneven}`;
    for (const part of batches(ids)) yield { cypher, values: { tenant, cluster, ids: part } };
  }
}

function* removeEdges({ tenant, cluster }: Place, removed: readonly string[], kinds: EdgeKinds): Iterable<Statement> {
  for (const [kind, ofKind] of Map.groupBy(removed, edgeKindOf)) {
    if (kind === null || !kinds.has(kind)) continue;
    // By its type, since an index is of one.
    const cypher = `UNWIND $ids AS id
      MATCH ()-[e:${kind} {id: id}]->() WHERE e.tenant = $tenant AND e.partition = $cluster DELETE e`;
    for (const ids of batches(ofKind)) yield { cypher, values: { tenant, cluster, ids } };
  }
}

function* removeNodes({ tenant, cluster, at }: Place, removed: readonly string[]): Iterable<Statement> {
  for (const ids of batches(removed.toSorted())) {
    const values = { tenant, cluster, ids, at };
    yield { cypher: removeOwn, values };
    yield { cypher: removeClaims, values };
  }
}

const removeOwn = `UNWIND $ids AS id
  MATCH (n:Entity {tenant: $tenant, id: id}) WHERE n.cluster = $cluster AND n.deletedAt IS NULL
  SET n.deletedAt = $at, n:Tombstone REMOVE n:${allLabels}
  ${markNeighbours}`;

const removeClaims = `UNWIND $ids AS id
  MATCH (n:Entity {tenant: $tenant, id: id}) WHERE $cluster IN n.claimClusters
  SET n.id = id
  WITH n, [i IN range(0, size(n.claimClusters) - 1) |
    CASE WHEN n.claimClusters[i] = $cluster AND n.claimRemoved[i] = '' THEN $at ELSE n.claimRemoved[i] END] AS removed
  SET n.claimRemoved = removed
  WITH n, removed WHERE n.deletedAt IS NULL AND none(time IN removed WHERE time = '')
  SET n.deletedAt = $at, n:Tombstone REMOVE n:${allLabels}
  ${markNeighbours}`;

/** An id is a pure function of the natural key; here it is not. */
function refused(what: string, id: string, problem: string): StoreError {
  return new StoreError('INVALID_VALUE', `${what} ${JSON.stringify(id)}: id: ${problem}.`);
}
