import { type LabelSelector, selectsLabels } from '../../../graph/model/label-selector.ts';
import type { PolicyRule } from '../../../graph/model/rules.ts';

/** A ClusterRole as far as its rules and those of others depend on it. */
export interface RoleSource {
  /** Each as key=value. */
  readonly labels: readonly string[];
  readonly rules: readonly PolicyRule[];
  /** By which of these it gathers the rules of others; empty for a role that does not. */
  readonly selectors: readonly LabelSelector[];
}

/**
 * The rules of a ClusterRole with those that the aggregation controller fills in: of each role whose labels one of its
 * selectors fits, itself excepted, and of those that they gather in turn. The controller overwrites rules of its own,
 * which manifests leave empty; where one has some they were filled in before.
 */
export function gatheredRules(name: string, roles: ReadonlyMap<string, RoleSource>): readonly PolicyRule[] {
  const found = new Map<string, PolicyRule>();
  const seen = new Set<string>();
  const others = [...roles].sort(([a], [b]) => (a < b ? -1 : 1));
  const gather = (name: string, role: RoleSource): void => {
    seen.add(name);
    for (const rule of role.rules) found.set(JSON.stringify(rule), rule);
    for (const selector of role.selectors) {
      for (const [other, source] of others) {
        if (!seen.has(other) && selectsLabels(selector, source.labels)) gather(other, source);
      }
    }
  };
  const role = roles.get(name);
  if (role !== undefined) gather(name, role);
  return [...found.values()];
}
