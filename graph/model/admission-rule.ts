/** Requests that admission control looks at: admissionregistration.k8s.io/v1 NamedRuleWithOperations. Lists may hold *. */
export interface AdmissionRule {
  readonly operations: readonly string[];
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  /** Empty for every name. */
  readonly resourceNames: readonly string[];
  /** Cluster, Namespaced or *. */
  readonly scope: string;
}
