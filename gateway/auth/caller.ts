import { type ClusterGrant, type Scope, wholeTenant } from '../../graph/model/scope.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import type { Viewer } from '../../resolvers/context.ts';
import { findAll } from '../../resolvers/reads.ts';

/** Who asks, in the words of the credential: clusters by name or id. */
export interface Caller {
  readonly tenant: string;
  readonly clusters: 'all' | readonly string[];
  /** `all`, or names: `payments` in every cluster above, `prod/payments` in that one. */
  readonly namespaces: 'all' | readonly string[];
  /** The name under which he acts. */
  readonly name: string;
  /** Whether he may change anything. */
  readonly mayWrite: boolean;
  /** Whether he may ask for anything; not with a credential that is for sending events only. */
  readonly mayRead: boolean;
  /** Whether he may send events of the clusters above. */
  readonly mayIngest: boolean;
  /** The node whose sensor he is, for which alone he speaks; null for anybody else. */
  readonly node: string | null;
  /** When the credential runs out, in milliseconds since the epoch; null for never. */
  readonly expiresAt: number | null;
}

/** What the caller may see now. A cluster that the credential names and the graph does not know is simply not there. */
export async function scopeOf(
  { tenant, clusters, namespaces }: Pick<Caller, 'tenant' | 'clusters' | 'namespaces'>,
  store: GraphStore,
): Promise<Scope> {
  const everything = wholeTenant(tenant);
  if (clusters === 'all' && namespaces === 'all') return everything;
  const known = await findAll((query) => store.find(everything, query), { kinds: ['Cluster'] });
  const granted = known.filter(
    ({ id, name }) => clusters === 'all' || clusters.includes(id) || clusters.includes(name),
  );
  const grants = granted.map(({ id, name }): [string, ClusterGrant] => [id, grantOn([id, name], namespaces)]);
  return { tenant, clusters: Object.fromEntries(grants) };
}

/** Finds what callers may see and do. */
export function viewerFinder(store: GraphStore): (caller: Caller) => Promise<Viewer> {
  return async (caller) => ({ scope: await scopeOf(caller, store), name: caller.name, mayWrite: caller.mayWrite });
}

function grantOn(cluster: readonly string[], namespaces: Caller['namespaces']): ClusterGrant {
  if (namespaces === 'all') return 'all';
  return namespaces.flatMap((entry) => {
    // Names of clusters may hold slashes, those of namespaces cannot.
    const slash = entry.lastIndexOf('/');
    if (slash < 0) return [entry];
    return cluster.includes(entry.slice(0, slash)) ? [entry.slice(slash + 1)] : [];
  });
}

/** `all` for *, else the names; null for anything that is neither a text nor a list of texts. */
export function namesOf(value: unknown): 'all' | readonly string[] | null {
  const names = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string' && name !== '')) return null;
  return names.includes('*') ? 'all' : names;
}
