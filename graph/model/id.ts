import { hash } from 'node:crypto';

/** 132 bits of SHA-256 over the parts, each with its length so that no two lists of parts spell the same input. */
function digest(parts: readonly string[]): string {
  const text = parts.map((part) => `${part.length}:${part}`).join('');
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** The id of a cluster, from the UID of its kube-system namespace (offline: the name it was given). */
export function clusterId(key: string): string {
  return `Cluster.${digest(['Cluster', key])}`;
}

/** The id of a node of one cluster. `key` is its UID, else its readable name. */
export function nodeId(kind: string, cluster: string, key: string): string {
  return `${kind}.${digest([kind, cluster, key])}`;
}

/** The id of a node that clusters share. */
export function sharedNodeId(kind: string, key: string): string {
  return `${kind}.${digest([kind, key])}`;
}

export function edgeId(from: string, kind: string, to: string): string {
  return `${kind}.${digest([from, kind, to])}`;
}

/** The id of a path: the same steps have the same id, in every store and after a rebuild. */
export function pathId(edges: readonly string[]): string {
  return `AttackPath.${digest(edges)}`;
}

/** The id of a record: what is kept beside the graph, such as an alert. */
export function recordId(kind: string, parts: readonly string[]): string {
  return `${kind}.${digest([kind, ...parts])}`;
}
