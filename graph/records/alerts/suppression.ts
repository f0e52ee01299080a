import { grantOn, type Scope } from '../../model/scope.ts';
import type { Alert } from './alert.ts';

/** Which alerts are expected, and for how long. Where several conditions are given all must hold. */
export interface SuppressionRule {
  /** Null for every cluster of the tenant. */
  readonly cluster: string | null;
  /** Null for every namespace, and what lies in none. */
  readonly namespace: string | null;
  /** Null for every rule. */
  readonly rule: string | null;
  /** Each field's value, as text, is one of these. */
  readonly fields: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** RFC 3339 in UTC with milliseconds. */
  readonly expiresAt: string;
  readonly reason: string;
}

export interface Suppression extends SuppressionRule {
  readonly id: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** Whether a suppression that has not run out is about this alert. */
export function suppresses(
  { cluster, namespace, rule, fields }: SuppressionRule,
  alert: Pick<Alert, 'cluster' | 'namespace' | 'rule' | 'fields'>,
): boolean {
  return (
    (cluster === null || cluster === alert.cluster) &&
    (namespace === null || namespace === alert.namespace) &&
    (rule === null || rule === alert.rule) &&
    fields.every(({ name, values }) => Object.hasOwn(alert.fields, name) && values.includes(String(alert.fields[name])))
  );
}

/** Whether a caller may see, make and end a suppression: only who sees all that it could keep quiet. */
export function mayReadSuppression(
  scope: Scope,
  { cluster, namespace }: Pick<SuppressionRule, 'cluster' | 'namespace'>,
): boolean {
  if (cluster === null) return scope.clusters === 'all';
  const grant = grantOn(scope, cluster);
  return grant === 'all' || (grant !== undefined && namespace !== null && grant.includes(namespace));
}
