import { takesNewObjects } from './namespaces.ts';
import type { Memo } from './read.ts';
import type { Right } from './rights.ts';

/** The right to create each built-in kind that runs a pod: the pod itself, or what a controller makes pods from. */
export const createWorkload: readonly (Right & { readonly kind: string; readonly apiVersion: string })[] = [
  { verb: 'create', group: '', resource: 'pods', kind: 'Pod', apiVersion: 'v1' },
  { verb: 'create', group: '', resource: 'replicationcontrollers', kind: 'ReplicationController', apiVersion: 'v1' },
  { verb: 'create', group: 'apps', resource: 'deployments', kind: 'Deployment', apiVersion: 'apps/v1' },
  { verb: 'create', group: 'apps', resource: 'replicasets', kind: 'ReplicaSet', apiVersion: 'apps/v1' },
  { verb: 'create', group: 'apps', resource: 'statefulsets', kind: 'StatefulSet', apiVersion: 'apps/v1' },
  { verb: 'create', group: 'apps', resource: 'daemonsets', kind: 'DaemonSet', apiVersion: 'apps/v1' },
  { verb: 'create', group: 'batch', resource: 'jobs', kind: 'Job', apiVersion: 'batch/v1' },
  { verb: 'create', group: 'batch', resource: 'cronjobs', kind: 'CronJob', apiVersion: 'batch/v1' },
];

/** The kinds whose pods follow a change of their template; a Job's template cannot be changed. */
export const updateWorkload: readonly (Omit<Right, 'verb'> & { readonly kind: string })[] = createWorkload
  .filter(({ kind }) => kind !== 'Pod' && kind !== 'Job')
  .map(({ kind, group, resource }) => ({ kind, group, resource }));

/** The kinds of workload that may make new pods in a namespace, sorted. */
export const workloadKindsIn: Memo<readonly string[]> = {
  name: 'workloadKindsIn',
  compute: (namespace, read) => {
    if (!takesNewObjects(namespace, read)) return [];
    const kinds = read
      .all('Workload', namespace)
      .flatMap((workload) => read.node('Workload', workload)?.properties.workloadKind ?? []);
    return [...new Set(kinds)].sort();
  },
};
