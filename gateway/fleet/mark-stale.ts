import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Delta, GraphNode } from '../../graph/model/graph.ts';
import { nodeId } from '../../graph/model/id.ts';
import { extentName } from '../../graph/model/observation.ts';
import { ref } from '../../graph/model/ref.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { Records } from '../../graph/records/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { holder } from './holder.ts';

export interface StaleOptions {
  readonly store: GraphStore;
  readonly records: Records;
  readonly tenant: string;
  /** The ids of clusters that this process follows, or is about to. */
  readonly followed: () => ReadonlySet<string>;
  readonly now?: () => number;
}

/** How long a cluster may be without a follower: one that restarts, or whose lease another is waiting for, comes back. */
export const graceMs = 15_000;
const everyMs = 10_000;
const ttlMs = 10_000;
const pageSize = 1000;

/** Every now and then until the signal is aborted, marks the clusters that nobody follows any more. */
export async function keepMarkingStale(options: StaleOptions, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const cluster of await markStale(options)) {
        logger.warn({ cluster: cluster.name, lastHeard: cluster.since }, 'nobody follows this cluster any more');
      }
    } catch (err) {
      logger.error({ err }, 'looking for clusters that nobody follows failed; trying again');
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Gives each live cluster that nobody has followed for a while a coverage gap, which says since when; whoever follows it
 * again ends the gap. A dump is followed by nobody: it says of itself that it is one.
 */
export async function markStale(
  options: StaleOptions,
): Promise<readonly { readonly name: string; readonly since: string }[]> {
  const { store, tenant, followed } = options;
  const scope = wholeTenant(tenant);
  const candidates: GraphNode[] = [];
  let after: string | undefined;
  do {
    const filter = { field: 'observed', in: ['live'] };
    const page = await store.find(scope, { kinds: ['Cluster'], filter, page: { first: pageSize, after } });
    candidates.push(...page.items.map(({ item }) => item).filter(({ id }) => !followed().has(id)));
    after = page.hasNextPage ? page.items.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  const gaps = await store.nodes(
    scope,
    candidates.map(({ id }) => staleGap(id)),
  );
  const marked: { name: string; since: string }[] = [];
  for (const [index, cluster] of candidates.entries()) {
    if (isAlive(gaps[index])) continue;
    const since = await mark(cluster, options);
    if (since !== null) marked.push({ name: cluster.name, since });
  }
  return marked;
}

/** When the cluster was last heard; null where somebody follows it, or did until a moment ago. */
async function mark(
  { id: cluster, name }: GraphNode,
  { store, records, tenant, now = Date.now }: StaleOptions,
): Promise<string | null> {
  const partition = { tenant, cluster };
  const last = await records.lease(partition);
  if (last !== null && last.expiresAt > now() - graceMs) return null;
  const lease = await records.acquireLease(partition, `${holder}, looking for clusters that nobody follows`, ttlMs);
  if (lease === null) return null;
  try {
    const [already] = await store.nodes(wholeTenant(tenant), [staleGap(cluster)]);
    if (isAlive(already)) return null;
    const at = new Date(now()).toISOString();
    const since = last === null ? at : new Date(last.expiresAt).toISOString();
    const version = (await store.version(tenant))[cluster] ?? 0;
    const delta: Delta = { at, nodes: [gap(cluster, name, since)], edges: [], removedNodes: [], removedEdges: [] };
    await store.apply(lease, version, delta);
    return since;
  } finally {
    await records.releaseLease(lease);
  }
}

const subject = 'the cluster';
const gapName = `${extentName({ source: 'kubernetes', kind: 'Cluster' })} ${subject}`;

/** The id of the gap that says so. */
export function staleGap(cluster: string): string {
  return nodeId('CoverageGap', cluster, ref('CoverageGap', null, gapName));
}

function gap(cluster: string, name: string, since: string): GraphNode<'CoverageGap'> {
  const message = `nobody follows ${name} any more, and it is charted as it was last heard: run portolan up with its context, or drop it with portolan forget`;
  return {
    id: staleGap(cluster),
    kind: 'CoverageGap',
    ref: ref('CoverageGap', null, gapName),
    cluster,
    namespace: null,
    name: gapName,
    properties: { source: 'kubernetes', subject, reason: 'STALE', message, since },
    claims: ['coverage/Cluster'],
    deletedAt: null,
  };
}

function isAlive(node: GraphNode | null | undefined): boolean {
  return node != null && node.deletedAt === null;
}
