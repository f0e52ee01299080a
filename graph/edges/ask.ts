/**
 * A question to a real API server, in the name of one identity, whose answer is the truth of an edge.
 * An edge states alternatives, each a conjunction of these.
 */
export type Ask = AccessReview | DryRun | Bound | WebSocketRequest;

/** A SubjectAccessReview at the scope of the real request: without a namespace for what is cluster-wide. */
export interface AccessReview {
  readonly type: 'review';
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** A change with dryRun=All. `as` says whose: the identity itself, or the controller's, which may do anything. */
export interface DryRun {
  readonly type: 'dryRun';
  /** POST creates, and is meant where nothing is said; PATCH is a strategic merge. */
  readonly method?: 'POST' | 'PATCH';
  readonly as: 'identity' | 'controller';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Whether a RoleBinding, or without a namespace a ClusterRoleBinding, names the identity or a group it is in. */
export interface Bound {
  readonly type: 'bound';
  readonly namespace: string | null;
  readonly name: string;
}

/** A GET that asks for a WebSocket, and is true unless it is forbidden: what it takes is more than one review tells. */
export interface WebSocketRequest {
  readonly type: 'webSocket';
  readonly path: string;
}

/**
 * Whether a namespace takes new objects, to be asked beside the right to create them: a review does not tell, since the
 * authorizer knows rights only, and what is created in a namespace that is being deleted is refused by admission.
 */
export function takesNew(namespace: string | null): DryRun {
  return {
    type: 'dryRun',
    as: 'controller',
    path: `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'portolan-dry-run' } },
  };
}

export function review(
  verb: string,
  resource: string,
  at: { readonly group?: string; readonly namespace?: string | null; readonly name?: string } = {},
): AccessReview {
  const [main = resource, subresource] = resource.split('/');
  return {
    type: 'review',
    verb,
    group: at.group ?? '',
    resource: main,
    ...(subresource === undefined ? {} : { subresource }),
    ...(at.namespace == null ? {} : { namespace: at.namespace }),
    ...(at.name === undefined ? {} : { name: at.name }),
  };
}
