/** One RBAC rule, as in rbac.authorization.k8s.io/v1 PolicyRule. Absent lists are empty lists. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}
