import type { Scope } from '../../../model/scope.ts';
import type { Parameters } from '../parameters.ts';

/** A condition on columns `cluster` and `namespace` that keeps a statement within a scope; `mayReadPlace` is the rule it expresses. */
export function placeSql(scope: Scope, { bind, list }: Parameters): string {
  if (scope.clusters === 'all') return 'TRUE';
  const grants = Object.entries(scope.clusters);
  const whole = grants.filter(([, grant]) => grant === 'all').map(([cluster]) => cluster);
  const places = grants.flatMap(([cluster, grant]) =>
    grant === 'all' ? [] : grant.map((namespace) => [cluster, namespace] as const),
  );
  const inPlaces = `(SELECT value ->> 0, value ->> 1 FROM json_each(${bind(JSON.stringify(places))}))`;
  return `(cluster IN ${list(whole)} OR (cluster, namespace) IN ${inPlaces})`;
}
