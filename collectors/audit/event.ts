/** Any JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** A user of the API, as audit.k8s.io/v1 has it. */
export interface AuditUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface ObjectReference {
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiGroup?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly subresource?: string;
}

/** An event of audit.k8s.io/v1, with what its level and its source left in it. Its types have been checked. */
export interface AuditRecord {
  readonly level?: string;
  readonly auditID: string;
  readonly stage: string;
  readonly requestURI?: string;
  readonly verb: string;
  readonly user?: AuditUser;
  readonly impersonatedUser?: AuditUser;
  /** All but the last can be set by the client. */
  readonly sourceIPs?: readonly string[];
  /** As the client says. */
  readonly userAgent?: string;
  readonly objectRef?: ObjectReference;
  readonly responseStatus?: JsonObject & { readonly code?: number; readonly reason?: string };
  readonly requestObject?: Json;
  readonly responseObject?: Json;
  readonly requestReceivedTimestamp?: string;
  readonly stageTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Provider = 'aks' | 'eks' | 'gke' | 'arc' | 'selfmanaged';

/** Where a record came from. What it says of the cluster is the word of the route, never of the record. */
export interface AuditSource {
  readonly provider: Provider;
  /** Such as `file`, `webhook`, `cloudwatch`. */
  readonly route: string;
  readonly cluster: {
    readonly id: string;
    readonly name: string;
    readonly region: string;
    readonly account: string;
  } | null;
  /** Where the record can be found again: `FILE:LINE`, or the id that the route gives it. */
  readonly pointer: string;
}

export type ActorKind = 'user' | 'serviceaccount' | 'node' | 'anonymous' | 'system';

/** What a record says when it is read with what is known of Kubernetes. */
export interface AuditDerived {
  /** The verb; but exec, attach and portforward by the subresource, for which clients use get as well as create. */
  readonly action: string;
  /** The object that has a pod template (or is a pod). */
  readonly workload: { readonly kind: string; readonly name: string; readonly namespace: string } | null;
  /** The pod spec within the object: of the pod, or of the template of any kind of workload. */
  readonly podSpec: JsonObject | null;
  /** By the annotation of the authorizer, else by the code of the response; null where neither is there. */
  readonly allowed: boolean | null;
  readonly actorKind: ActorKind;
  readonly actorServiceAccount: { readonly namespace: string; readonly name: string } | null;
  /** The last of sourceIPs: the only one that the API server saw itself. */
  readonly clientIp: string | null;
}

/** A part of a record that a source may lack, or that had to be inferred. */
export type FidelityPart =
  | 'groups'
  /** The uid of the user, and what else an authenticator says of it. */
  | 'extra'
  | 'impersonatedUser'
  | 'uri'
  /** What stands behind the path of the URI: what an exec runs, what is selected. */
  | 'query'
  | 'code'
  | 'stage'
  | 'level'
  | 'requestObject'
  | 'responseObject'
  | 'podSpec'
  | 'record';

/** What of a record its source cannot say. A rule that needs it is not covered there. */
export interface Fidelity {
  readonly missing: readonly FidelityPart[];
  readonly inferred: readonly FidelityPart[];
}

/** One normalised audit event, whatever it came from. */
export interface AuditEvent {
  readonly record: AuditRecord;
  readonly source: AuditSource;
  readonly derived: AuditDerived;
  readonly fidelity: Fidelity;
}
