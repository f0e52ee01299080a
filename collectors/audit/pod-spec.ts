import type { AuditDerived, AuditRecord, Json, JsonObject } from './event.ts';
import { isObject } from './record.ts';

const template = ['spec', 'template', 'spec'] as const;

/** Where the pod spec lies in objects of each resource. */
const paths: Readonly<Record<string, readonly string[]>> = {
  pods: ['spec'],
  podtemplates: ['template', 'spec'],
  deployments: template,
  replicasets: template,
  replicationcontrollers: template,
  statefulsets: template,
  daemonsets: template,
  jobs: template,
  cronjobs: ['spec', 'jobTemplate', ...template],
};

const kinds: Readonly<Record<string, string>> = {
  pods: 'Pod',
  podtemplates: 'PodTemplate',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  replicationcontrollers: 'ReplicationController',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  jobs: 'Job',
  cronjobs: 'CronJob',
};

/** Subresources whose objects hold the pod spec that comes into force. */
const whole: ReadonlySet<string> = new Set(['', 'ephemeralcontainers', 'resize']);

type Found = Pick<AuditDerived, 'workload' | 'podSpec'> & {
  /** The request was a patch whose effect cannot be told from it: the spec is what the patch holds, or nothing. */
  readonly partial: boolean;
};

const nothing: Found = { workload: null, podSpec: null, partial: false };

/**
 * The workload of a request, and its pod spec: as it was asked for; of a patch as it came out, since a patch holds but a
 * part of it.
 */
export function workloadOf({ objectRef, verb, requestObject, responseObject }: AuditRecord): Found {
  const resource = objectRef?.resource ?? '';
  const path = Object.hasOwn(paths, resource) ? paths[resource] : undefined;
  if (path === undefined || !whole.has(objectRef?.subresource ?? '')) return nothing;
  const response = at(responseObject, path);
  const request = at(requestObject, path);
  const patched = verb === 'patch';
  const writes = patched || verb === 'create' || verb === 'update';
  const podSpec = writes ? (patched ? (response ?? request) : (request ?? response)) : null;
  return {
    workload: {
      kind: kinds[resource] ?? resource,
      name: objectRef?.name ?? nameIn(responseObject) ?? nameIn(requestObject) ?? '',
      namespace: objectRef?.namespace ?? '',
    },
    podSpec,
    partial: patched && response === null,
  };
}

function at(object: Json | undefined, path: readonly string[]): JsonObject | null {
  let value = object;
  for (const key of path) {
    if (!isObject(value)) return null;
    value = value[key];
  }
  return isObject(value) ? value : null;
}

function nameIn(object: Json | undefined): string | undefined {
  const metadata = isObject(object) ? object.metadata : undefined;
  const name = isObject(metadata) ? metadata.name : undefined;
  return typeof name === 'string' ? name : undefined;
}
