import { mayHaveMore } from '../graph/edges/evidence.ts';
import type { EvidenceItem } from '../graph/model/graph.ts';
import { grantOn, type Scope } from '../graph/model/scope.ts';
import type { Context } from './context.ts';

/** What an attack edge rests on; null when the edge is gone. */
export async function evidenceOf(edge: string, { reads, scope }: Context) {
  const found = await reads.edge(edge);
  if (!found?.attack) return null;
  const ends = await Promise.all([reads.node(found.from), reads.node(found.to)]);
  const cluster = ends.map((end) => end?.cluster).find((id) => id != null) ?? '';
  const shown = (item: EvidenceItem) =>
    maySeeObject(scope, cluster, item.object) ? item : { object: null, field: null };
  const { evidence } = found.attack;
  return {
    alternatives: evidence.map((alternative) => alternative.map(shown)),
    truncated: mayHaveMore(evidence),
  };
}

/**
 * Whether the caller may read of an object that evidence names. An edge between two nodes in scope may rest on
 * something outside it, such as a ClusterRoleBinding for a caller of one namespace.
 */
export function maySeeObject(scope: Scope, cluster: string, object: string): boolean {
  const grant = grantOn(scope, cluster);
  if (grant === undefined || grant === 'all') return grant === 'all';
  // Names of users and groups may hold slashes, and lie in no namespace.
  const [kind, namespace, name] = object.split('/');
  return kind !== 'User' && kind !== 'Group' && name !== undefined && grant.includes(namespace ?? '');
}
