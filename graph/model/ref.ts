import type { NodeKind } from './kinds.ts';

/**
 * Readable names. Within a cluster a living node has one: its kind, its namespace if it has one, its name.
 * Objects that refer to each other by name (a binding to its role) are joined by these.
 */
export function ref(kind: NodeKind, namespace: string | null, name: string): string {
  return namespace === null ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

export const internetRef = 'Internet';

/** The name of a target set: `TargetSet/default/Pod`, or `TargetSet/Node` for the whole cluster; a subset adds its words. */
export function targetSetRef(memberKind: NodeKind, namespace: string | null, subset?: string): string {
  return ref('TargetSet', namespace, targetSetName(memberKind, subset));
}

export function targetSetName(memberKind: NodeKind, subset?: string): string {
  return subset === undefined ? memberKind : `${memberKind} ${subset}`;
}
