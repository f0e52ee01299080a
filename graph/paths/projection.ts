import type { VersionVector } from '../model/graph.ts';
import { type EdgeState, EdgeTable } from './edges.ts';
import { type NodeState, NodeTable } from './nodes.ts';

/** The attack edges and the nodes of one tenant, laid out for searching. */
export interface Projection {
  readonly nodes: NodeTable;
  readonly edges: EdgeTable;
  /** The version of each partition that it has reached. */
  version: VersionVector;
}

/** What the projection reads of a delta; `Delta` and the batches of a scan are both of this shape. */
export interface Change {
  readonly nodes?: readonly NodeState[];
  readonly edges?: readonly EdgeState[];
  readonly removedNodes?: readonly string[];
  readonly removedEdges?: readonly string[];
}

export function createProjection(version: VersionVector = {}): Projection {
  return { nodes: new NodeTable(), edges: new EdgeTable(), version };
}

/**
 * Takes in whole states of one cluster's partition; twice is once. An edge whose end is unknown waits for it.
 * Many changes may follow one another before the next search, or a `compact`.
 */
export function applyChange({ nodes, edges }: Projection, cluster: string, change: Change): void {
  for (const state of change.nodes ?? []) nodes.put(cluster, state);
  for (const state of change.edges ?? []) edges.put(cluster, state, nodes);
  for (const id of change.removedEdges ?? []) edges.remove(cluster, id);
  for (const id of change.removedNodes ?? []) nodes.remove(cluster, id);
  edges.reserve(nodes.count);
}

/** Takes in the delta that brought a partition to `version`, and compacts when enough has changed. */
export function applyDelta(projection: Projection, cluster: string, version: number, delta: Change): void {
  applyChange(projection, cluster, delta);
  projection.version = { ...projection.version, [cluster]: version };
  if (projection.edges.untidy) compact(projection);
}

export function compact({ nodes, edges }: Projection): void {
  edges.compact(nodes);
}
