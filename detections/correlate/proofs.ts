import type { AuditEvent, Json, JsonObject } from '../../collectors/audit/event.ts';
import { type Actor, actorOf, senderOf } from './actor.ts';
import type { GraphView, Named } from './graph-view.ts';
import { refOf } from './graph-view.ts';
import { succeeded, targetOf } from './target.ts';

/** Steps that a request shows being taken, if the graph has them: of one of these attack edges, to one of these nodes. */
export interface Claim {
  readonly actor: Actor;
  readonly edges: readonly string[];
  /** `cluster` is the cluster itself. */
  readonly to: readonly (Named | 'cluster')[];
}

/** A step by its visible ends, as paths show it. */
export interface ProvenStep {
  readonly edge: string;
  readonly from: string;
  readonly to: string;
}

const adminRole = 'cluster-admin';
const rbac = 'rbac.authorization.k8s.io';
const changes: ReadonlySet<string> = new Set(['update', 'patch']);

/** What an answered request claims; nothing for one that was refused or failed. */
export function claimsOf(event: AuditEvent): readonly Claim[] {
  if (!succeeded(event)) return [];
  const actor = actorOf(event);
  const claim = (edges: readonly string[], ...to: readonly (Named | 'cluster' | null)[]): readonly Claim[] => {
    const found = to.filter((each) => each !== null);
    return found.length === 0 ? [] : [{ actor, edges, to: found }];
  };
  return [...impersonation(event), ...deed(event, claim)];
}

type MakeClaim = (edges: readonly string[], ...to: readonly (Named | 'cluster' | null)[]) => readonly Claim[];

function deed(event: AuditEvent, claim: MakeClaim): readonly Claim[] {
  const { record, derived } = event;
  const { resource = '', subresource = '', apiGroup = '' } = record.objectRef ?? {};
  const { verb } = record;
  const target = targetOf(event);
  if (resource === 'pods') {
    if (derived.action === 'exec') return claim(['POD_EXEC'], target);
    if (derived.action === 'attach') return claim(['POD_ATTACH_API'], target);
    if (derived.action === 'portforward') return claim(['POD_PORTFORWARD'], target);
    if (subresource === 'ephemeralcontainers' && changes.has(verb)) return claim(['EPHEMERAL_CONTAINER'], target);
    if (subresource === '' && changes.has(verb)) return claim(['POD_PATCH'], target);
  }
  if (resource === 'serviceaccounts' && subresource === 'token') return claim(['TOKEN_REQUEST'], target);
  if (resource === 'secrets' && verb === 'get') return claim(['SECRET_READ'], target);
  if (resource === 'nodes' && subresource === 'proxy')
    return claim(['NODES_PROXY'], podOfKubeletRequest(record.requestURI));
  if (apiGroup === rbac && subresource === '' && verb !== 'get') return rbacDeed(event, claim);
  if (derived.workload !== null && subresource === '') return workloadDeed(event, claim);
  return [];
}

/** `/api/v1/nodes/NODE/proxy/{exec,run,attach,portForward}/NAMESPACE/POD/...`: the paths of the kubelet's own API. */
function podOfKubeletRequest(uri = ''): Named | null {
  const path = /\/proxy\/(?:exec|run|attach|portForward|containerLogs)\/([^/?]+)\/([^/?]+)/.exec(uri);
  return path === null ? null : { kind: 'Pod', namespace: path[1] as string, name: path[2] as string };
}

function rbacDeed({ record }: AuditEvent, claim: MakeClaim): readonly Claim[] {
  const { resource, namespace } = record.objectRef ?? {};
  if (record.verb !== 'create' && !changes.has(record.verb)) return [];
  const place: Named | 'cluster' = namespace ? { kind: 'Namespace', namespace: null, name: namespace } : 'cluster';
  if (resource === 'roles' || resource === 'clusterroles') return claim(['ESCALATE'], place);
  const role = object(object(record.responseObject ?? record.requestObject)?.roleRef);
  if (resource === 'rolebindings') return claim(['ROLE_BIND_NAMESPACE'], place);
  if (resource !== 'clusterrolebindings' || role === undefined) return [];
  if (role.name === adminRole) return claim(['ROLE_BIND'], 'cluster');
  // What a binding grants that was yet to be made: see graph/edges/role-bind.ts.
  return claim(['ROLE_BIND'], { kind: 'PermissionSet', namespace: null, name: `ClusterRole/${role.name}` });
}

function workloadDeed({ record, derived }: AuditEvent, claim: MakeClaim): readonly Claim[] {
  const { podSpec, workload } = derived;
  if (podSpec === null || workload === null) return [];
  const { namespace } = workload;
  const account = text(podSpec.serviceAccountName) ?? text(podSpec.serviceAccount) ?? 'default';
  const runsAs: Named = { kind: 'ServiceAccount', namespace, name: account };
  if (changes.has(record.verb)) return claim(['WORKLOAD_UPDATE_WITH_SA'], runsAs);
  if (record.verb !== 'create') return [];
  const node = text(podSpec.nodeName);
  return [
    ...claim(['POD_CREATE_WITH_SA'], runsAs),
    ...claim(
      ['POD_CREATE_WITH_SECRET'],
      ...secretsOf(podSpec).map((name): Named => ({ kind: 'Secret', namespace, name })),
    ),
    ...(node !== undefined && isPrivileged(podSpec)
      ? claim(['POD_CREATE'], { kind: 'Node', namespace: null, name: node })
      : []),
  ];
}

function isPrivileged(podSpec: JsonObject): boolean {
  return list(podSpec.containers).some((container) => object(object(container)?.securityContext)?.privileged === true);
}

function secretsOf(podSpec: JsonObject): readonly string[] {
  const volumes = list(podSpec.volumes).map((volume) => text(object(object(volume)?.secret)?.secretName));
  const values = list(podSpec.containers).flatMap((container) => [
    ...list(object(container)?.envFrom).map((from) => text(object(object(from)?.secretRef)?.name)),
    ...list(object(container)?.env).map((each) => text(object(object(object(each)?.valueFrom)?.secretKeyRef)?.name)),
  ]);
  return [...new Set([...volumes, ...values])].filter((name) => name !== undefined).slice(0, 10);
}

function impersonation(event: AuditEvent): readonly Claim[] {
  if (event.record.impersonatedUser === undefined || event.record.impersonatedUser === null) return [];
  return [{ actor: senderOf(event), edges: ['IMPERSONATE'], to: actorOf(event).wields }];
}

/** The steps of the graph that a request shows being taken: from the permission set, or identity, that its sender wields. */
export async function provenSteps(event: AuditEvent, view: GraphView): Promise<readonly ProvenStep[]> {
  const claims = claimsOf(event);
  if (claims.length === 0) return [];
  const names = claims.flatMap(({ actor, to }) => [...actor.wields, ...to.filter((each) => each !== 'cluster')]);
  const nodes = await view.named(names);
  const idOf = (each: Named | 'cluster'): string | undefined =>
    each === 'cluster' ? view.cluster : nodes.get(refOf(each))?.id;
  const known = (all: readonly (Named | 'cluster')[]): readonly string[] => all.flatMap((each) => idOf(each) ?? []);
  const proven: ProvenStep[] = [];
  for (const { actor, edges, to } of claims) {
    const targets = known(to);
    for (const { kind, from, to: end } of await view.steps(known(actor.wields), targets)) {
      if (edges.includes(kind) && targets.includes(end)) proven.push({ edge: kind, from, to: end });
    }
  }
  return proven;
}

function object(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
