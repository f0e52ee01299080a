import type { AuditEvent, FidelityPart } from '../../collectors/audit/event.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { auditLosses } from './fields/audit-losses.ts';
import { sources } from './fields/sources.ts';
import type { Rule } from './rule.ts';

/** A rule that what a source delivers does not cover, or only in part. */
export interface NotCovered extends Coverage {
  readonly rule: string;
}

/** The rules that would be covered, were it not for what a source does not deliver. */
export function notCovered(
  rules: readonly Rule<AuditEvent>[],
  lacking: { readonly parts: readonly FidelityPart[]; readonly verbs: readonly string[] },
): readonly NotCovered[] {
  if (lacking.parts.length + lacking.verbs.length === 0) return [];
  const losses = auditLosses(lacking);
  return rules.flatMap(({ name, condition, coverage, enabled }) => {
    if (!enabled || coverage.state === 'none') return [];
    const found = coverageOf(condition, sources.k8s_audit, losses);
    const own = found.missing.filter((field) => !coverage.missing.includes(field));
    return own.length === 0 ? [] : [{ rule: name, state: found.state, missing: own }];
  });
}
