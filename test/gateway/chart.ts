import type { AttackFacts, Delta, EdgeProperties, Evidence, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { clusterId, edgeId, nodeId, sharedNodeId } from '../../graph/model/id.ts';
import { type NodeKind, type NodeProperties, nodeKind } from '../../graph/model/kinds.ts';
import { internetRef, ref, targetSetRef } from '../../graph/model/ref.ts';

/** Draws the graph of one cluster by hand, as a collector and the derivations would leave it. */
export interface Chart {
  /** The id of the cluster. */
  readonly cluster: string;
  node<K extends NodeKind>(kind: K, namespace: string | null, name: string, properties?: NodeProperties<K>): string;
  internet(): string;
  targetSet(member: NodeKind, namespace: string | null): string;
  relationship(kind: string, from: string, to: string, properties?: EdgeProperties): string;
  /** A step; `difficulty` null for a link. */
  step(kind: string, from: string, to: string, difficulty: number | null, evidence?: Evidence): string;
  delta(): Delta;
}

export function chart(name: string): Chart {
  const cluster = clusterId(name);
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();

  const add = (id: string, kind: NodeKind, ref: string, namespace: string | null, name: string, properties: object) => {
    const shared = nodeKind(kind).shared;
    nodes.set(id, {
      id,
      kind,
      ref,
      cluster: shared ? null : cluster,
      namespace,
      name,
      properties,
      claims: ['test/all'],
      deletedAt: null,
    });
    return id;
  };
  const connect = (kind: string, from: string, to: string, attack: AttackFacts | null, properties: EdgeProperties) => {
    const id = edgeId(from, kind, to);
    edges.set(id, { id, kind, from, to, attack, properties, claims: ['test/all'] });
    return id;
  };

  add(cluster, 'Cluster', ref('Cluster', null, name), null, name, { version: 'v1.36.3', minor: 36 });
  return {
    cluster,
    node: (kind, namespace, name, properties = {}) => {
      const own = ref(kind, namespace, name);
      const id = nodeKind(kind).shared ? sharedNodeId(kind, own) : nodeId(kind, cluster, own);
      return add(id, kind, own, namespace, name, properties);
    },
    internet: () => add(sharedNodeId('Internet', internetRef), 'Internet', internetRef, null, 'Internet', {}),
    targetSet: (memberKind, namespace) => {
      const own = targetSetRef(memberKind, namespace);
      return add(nodeId('TargetSet', cluster, own), 'TargetSet', own, namespace, memberKind, { memberKind });
    },
    relationship: (kind, from, to, properties = {}) => connect(kind, from, to, null, properties),
    step: (kind, from, to, difficulty, evidence = []) => {
      const attack = {
        class: difficulty === null ? 'link' : 'technique',
        difficulty: difficulty ?? 0,
        evidence,
      } as const;
      return connect(kind, from, to, attack, {});
    },
    delta: () => ({
      at: '2026-03-01T12:00:00Z',
      nodes: [...nodes.values()],
      edges: [...edges.values()],
      removedNodes: [],
      removedEdges: [],
    }),
  };
}
