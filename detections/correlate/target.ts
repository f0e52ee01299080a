import type { AuditEvent, JsonObject } from '../../collectors/audit/event.ts';
import type { NodeKind } from '../../graph/model/kinds.ts';
import type { Named } from './graph-view.ts';

/** The kind of node that an object of each resource is. */
const kinds: Readonly<Record<string, NodeKind>> = {
  namespaces: 'Namespace',
  nodes: 'Node',
  pods: 'Pod',
  serviceaccounts: 'ServiceAccount',
  secrets: 'Secret',
  configmaps: 'ConfigMap',
  services: 'Service',
  ingresses: 'Ingress',
  networkpolicies: 'NetworkPolicy',
  roles: 'Role',
  clusterroles: 'Role',
  rolebindings: 'Binding',
  clusterrolebindings: 'Binding',
  users: 'User',
  groups: 'Group',
};
const clusterWide: ReadonlySet<NodeKind> = new Set(['Namespace', 'Node', 'User', 'Group']);

/** The object that a request is about, as the graph names it; null where that has no such kind, or no name is told. */
export function targetOf(event: AuditEvent): Named | null {
  const { objectRef, requestObject, responseObject } = event.record;
  const resource = objectRef?.resource ?? '';
  const { workload } = event.derived;
  if (workload !== null && workload.kind !== 'Pod' && workload.name !== '')
    return { kind: 'Workload', namespace: workload.namespace, name: `${workload.kind}/${workload.name}` };
  const name = objectRef?.name || workload?.name || metadataName(responseObject) || metadataName(requestObject);
  return name ? objectOf(resource, objectRef?.namespace || null, name) : null;
}

/** An object of a resource, as the graph names it; null where that has no such kind. */
export function objectOf(resource: string, namespace: string | null, name: string): Named | null {
  const kind = Object.hasOwn(kinds, resource) ? kinds[resource] : undefined;
  return kind === undefined ? null : { kind, namespace: clusterWide.has(kind) ? null : namespace, name };
}

function metadataName(object: unknown): string | undefined {
  const name = (object as JsonObject | undefined | null)?.metadata as JsonObject | undefined;
  return typeof name?.name === 'string' ? name.name : undefined;
}

/** The namespace that a request is about: callers who see it see its alerts. */
export function placeOf({ record }: AuditEvent): string | null {
  const { resource, namespace } = record.objectRef ?? {};
  return resource === 'namespaces' ? null : namespace || null;
}

/** Whether a request did what it asked for. A session that began has switched protocols. */
export function succeeded({ record, derived }: AuditEvent): boolean {
  const code = record.responseStatus?.code;
  return derived.allowed !== false && code !== undefined && (code === 101 || (code >= 200 && code < 300));
}
