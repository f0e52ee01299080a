import type { Scope } from '../../../model/scope.ts';
import type { Parameters } from '../parameters.ts';

/** A condition on `cluster` and `namespace` of a variable that keeps a statement within a scope; `mayReadPlace` is the rule it expresses. */
export function placeCypher(scope: Scope, variable: string, { bind }: Parameters): string {
  if (scope.clusters === 'all') return 'true';
  const grants = Object.entries(scope.clusters);
  const whole = grants.filter(([, grant]) => grant === 'all').map(([cluster]) => cluster);
  const limited = Object.fromEntries(grants.filter(([, grant]) => grant !== 'all')) as Record<
    string,
    readonly string[]
  >;
  return `(${variable}.cluster IN ${bind(whole)} OR ${variable}.namespace IN ${bind(limited)}[${variable}.cluster])`;
}
