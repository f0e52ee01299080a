import { randomUUID } from 'node:crypto';
import type { Delta, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { edgeId, nodeId, sharedNodeId } from '../../graph/model/id.ts';
import type { NodeProperties } from '../../graph/model/kinds.ts';
import { ref } from '../../graph/model/ref.ts';
import type { AlertRecords } from '../../graph/records/alerts/port.ts';
import type { Records } from '../../graph/records/port.ts';
import type { GraphStore, Lease } from '../../graph/store/port.ts';

export interface Opened {
  readonly store: GraphStore;
  readonly records: Records;
  readonly alerts: AlertRecords;
  close(): Promise<void>;
}

/** Gives the store that a suite opened, once its tests run. */
export type Subject = () => Opened;

/** A tenant of its own for each test: a shared server is never empty. */
export const freshTenant = (): string => `tenant-${randomUUID()}`;

/** A partition being written: the lease, and the version it has reached. */
export interface Writing {
  readonly lease: Lease;
  commit(delta: Partial<Delta>): Promise<number>;
}

export async function write({ store, records }: Opened, tenant: string, cluster = 'alpha'): Promise<Writing> {
  const lease = await records.acquireLease({ tenant, cluster }, 'test', 60_000);
  if (lease === null) throw new Error(`the lease on ${cluster} of ${tenant} is taken`);
  let version = (await store.version(tenant))[cluster] ?? 0;
  return {
    lease,
    async commit(changes) {
      version = await store.apply(lease, version, delta(changes));
      return version;
    },
  };
}

export function delta(changes: Partial<Delta>): Delta {
  return { at: '2026-01-01T00:00:00.000Z', nodes: [], edges: [], removedNodes: [], removedEdges: [], ...changes };
}

export function pod(
  name: string,
  changes: Partial<GraphNode> & { readonly properties?: NodeProperties<'Pod'> } = {},
): GraphNode {
  const { cluster = 'alpha', namespace = 'default' } = changes;
  return {
    id: nodeId('Pod', cluster ?? '', name),
    kind: 'Pod',
    ref: ref('Pod', namespace, name || '-'),
    cluster,
    namespace,
    name,
    properties: {},
    claims: ['kubernetes/Pod'],
    deletedAt: null,
    ...changes,
  };
}

export function kubeNode(name: string, cluster = 'alpha'): GraphNode {
  return pod(name, { id: nodeId('Node', cluster, name), kind: 'Node', ref: `Node/${name}`, cluster, namespace: null });
}

/** A node that clusters share, as one of them claims it. */
export function internet(key: string, claim: string, namespace: string | null = null): GraphNode {
  return {
    ...pod(key, { id: sharedNodeId('Internet', key), kind: 'Internet', ref: `Internet/${key}`, cluster: null }),
    namespace,
    claims: [claim],
  };
}

export function edge(from: GraphNode, kind: string, to: GraphNode, changes: Partial<GraphEdge> = {}): GraphEdge {
  return {
    id: edgeId(from.id, kind, to.id),
    kind,
    from: from.id,
    to: to.id,
    attack: null,
    properties: {},
    claims: ['kubernetes/Pod'],
    ...changes,
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
