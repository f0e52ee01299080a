import { isWildcard } from './cluster-admin-wildcard.ts';
import type { Memo } from './read.ts';

export const rbac = 'rbac.authorization.k8s.io';

/**
 * The names of the roles that allow everything where they are bound, sorted: of a namespace, or ('') the ClusterRoles.
 * cluster-admin is among these even where the chart does not hold it: every API server makes it when it starts.
 */
export const adminRoles: Memo<readonly string[]> = {
  name: 'adminRoles',
  compute: (namespace, read) => {
    const names = (namespace === '' ? read.all('Role') : read.all('Role', namespace))
      .flatMap((role) => read.node('Role', role) ?? [])
      .filter((role) => (role.namespace ?? '') === namespace && (role.properties.rules ?? []).some(isWildcard))
      .map(({ name }) => name);
    const known = namespace !== '' || read.node('Role', 'Role/cluster-admin') !== undefined;
    return (known ? names : [...names, 'cluster-admin']).sort();
  },
};

/** The namespaces that have such a Role of their own, sorted. */
export const namespacesWithAdminRoles: Memo<readonly string[]> = {
  name: 'namespacesWithAdminRoles',
  compute: (_key, read) =>
    [
      ...new Set(
        read
          .all('Role')
          .flatMap((role) => read.node('Role', role) ?? [])
          .filter((role) => (role.properties.rules ?? []).some(isWildcard))
          .flatMap(({ namespace }) => namespace ?? []),
      ),
    ].sort(),
};
