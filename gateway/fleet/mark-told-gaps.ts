import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { type Delta, type GraphNode, maxDeltaChanges } from '../../graph/model/graph.ts';
import { nodeId } from '../../graph/model/id.ts';
import type { NodeProperties } from '../../graph/model/kinds.ts';
import { type Extent, extentName } from '../../graph/model/observation.ts';
import { ref } from '../../graph/model/ref.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { Records } from '../../graph/records/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { findAll } from '../../resolvers/reads.ts';
import { holder } from './holder.ts';
import { staleGap } from './mark-stale.ts';
import type { GapFact } from './sensor-gaps.ts';
import { type Sources, tellers } from './told-gaps.ts';

export interface MarkOptions extends Sources {
  readonly store: GraphStore;
  readonly records: Records;
  readonly tenant: string;
  /** The ids of clusters that this process follows: these have watchToldGaps. */
  readonly followed: () => ReadonlySet<string>;
  readonly now?: () => number;
}

const everyMs = 10_000;
const ttlMs = 10_000;

/** Every now and then until the signal is aborted, marks what is not seen of clusters that nobody follows, such as dumps. */
export async function keepMarkingToldGaps(options: MarkOptions, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await markToldGaps(options);
    } catch (err) {
      logger.error({ err }, 'looking for what is not seen failed; trying again');
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Brings the coverage gaps that tellers tell up to date in every cluster that nobody follows. */
export async function markToldGaps(options: MarkOptions): Promise<void> {
  const { store, tenant, followed, now = Date.now } = options;
  const find = (query: Parameters<GraphStore['find']>[1]) => store.find(wholeTenant(tenant), query);
  const clusters = (await findAll(find, { kinds: ['Cluster'] })).filter(({ id }) => !followed().has(id));
  for (const node of clusters) {
    const cluster = node.id;
    if (!(await isLeft(node, options))) continue;
    for (const { extent, gaps: told } of tellers) {
      const filter = {
        and: [
          { field: 'cluster', in: [cluster] },
          { field: 'source', in: [extent.source] },
        ],
      };
      const before = new Map((await findAll(find, { kinds: ['CoverageGap'], filter })).map((node) => [node.id, node]));
      const gaps = (await told(options, { tenant, cluster }, now())).map((fact) => nodeOf(fact, cluster, extent));
      const ids = new Set(gaps.map(({ id }) => id));
      const nodes = gaps.filter((gap) => !isDeepStrictEqual(before.get(gap.id)?.properties, gap.properties));
      const removedNodes = [...before.keys()].filter((id) => !ids.has(id));
      if (nodes.length + removedNodes.length > 0) await write(options, cluster, { nodes, removedNodes });
    }
  }
}

/** Whether nobody follows a cluster, nor did until a moment ago: who takes its lease may not be taken for one who does. */
async function isLeft({ id, properties }: GraphNode, { store, tenant }: MarkOptions): Promise<boolean> {
  if ((properties as NodeProperties<'Cluster'>).observed !== 'live') return true;
  const [gap] = await store.nodes(wholeTenant(tenant), [staleGap(id)]);
  return gap != null && gap.deletedAt === null;
}

/** Under the lease of the cluster; another who holds it sees to its gaps. */
async function write(
  { store, records, tenant, now = Date.now }: MarkOptions,
  cluster: string,
  { nodes, removedNodes }: Pick<Delta, 'nodes' | 'removedNodes'>,
): Promise<void> {
  const lease = await records.acquireLease({ tenant, cluster }, `${holder}, marking what is not seen`, ttlMs);
  if (lease === null) return;
  try {
    const version = (await store.version(tenant))[cluster] ?? 0;
    const at = new Date(now()).toISOString();
    const room = maxDeltaChanges - nodes.length; // what is left over goes the next time
    const delta = { at, nodes, edges: [], removedNodes: removedNodes.slice(0, room), removedEdges: [] };
    await store.apply(lease, version, delta);
  } finally {
    await records.releaseLease(lease);
  }
}

function nodeOf({ name, properties }: GapFact, cluster: string, extent: Extent): GraphNode<'CoverageGap'> {
  const readable = ref('CoverageGap', null, name);
  return {
    id: nodeId('CoverageGap', cluster, readable),
    kind: 'CoverageGap',
    ref: readable,
    cluster,
    namespace: null,
    name,
    properties,
    claims: [extentName(extent)],
    deletedAt: null,
  };
}
