import { Fields } from '../fields.ts';
import { readObject } from '../object.ts';
import type { DumpObject } from './objects.ts';

/** Where a kind of workload says which pods it runs. */
const templatePaths: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  '/ReplicationController': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** A workload, and the pod that it would run. */
export interface Workload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly template: { readonly metadata?: unknown; readonly spec?: unknown };
  /** Where the template lies within the workload. */
  readonly path: string;
}

export function isWorkload({ group, kind }: DumpObject): boolean {
  return Object.hasOwn(templatePaths, `${group}/${kind}`);
}

/** Null for one that runs no pods of its own now: it has a controller above it, no replicas, or is done. */
export function readWorkload({ group, kind, json }: DumpObject): Workload | null {
  const fields = new Fields(json);
  const object = readObject(fields, true);
  if (object === null || object.namespace === null || object.owner !== null) return null;
  const status = fields.object('status');
  const done = status.has('completionTime') || status.integer('desiredNumberScheduled') === 0;
  if (done || fields.object('spec').integer('replicas') === 0) return null;
  const path = templatePaths[`${group}/${kind}`] ?? [];
  let template: unknown = json;
  for (const key of path) {
    template = typeof template === 'object' && template !== null ? (template as Record<string, unknown>)[key] : null;
  }
  if (typeof template !== 'object' || template === null) return null;
  return { kind, namespace: object.namespace, name: object.name, template, path: path.join('.') };
}

/** The pod of a workload, as its controller would make it, save the name. */
export function podOf({ kind, namespace, name, template }: Workload, podName: string): DumpObject {
  const metadata = new Fields(template.metadata ?? {});
  const labels = Object.fromEntries(metadata.stringMap('labels'));
  const ownerReferences = [{ kind, name, controller: true }];
  return {
    kind: 'Pod',
    group: '',
    json: { metadata: { name: podName, namespace, labels, ownerReferences }, spec: template.spec ?? {} },
  };
}

/**
 * The workloads above a pod, each as Kind/name: its controller, and the one above that as far as names show it.
 * A Deployment names its ReplicaSets by the hash that its pods carry as a label, a CronJob its Jobs by a number.
 */
export function workloadsAbove(owner: string, templateHash: string | undefined): readonly string[] {
  const found = [owner];
  if (templateHash !== undefined && owner.startsWith('ReplicaSet/') && owner.endsWith(`-${templateHash}`)) {
    found.push(`Deployment/${owner.slice('ReplicaSet/'.length, -templateHash.length - 1)}`);
  }
  const job = /^Job\/(.+)-\d+$/.exec(owner)?.[1];
  if (job !== undefined) found.push(`CronJob/${job}`);
  return found;
}
