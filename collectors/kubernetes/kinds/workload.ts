import type { RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';
import type { Fields } from '../fields.ts';
import { keyValues, type ObjectKind } from '../kind.ts';
import type { KubernetesObject } from '../object.ts';

const served: readonly Pick<ObjectKind, 'kind' | 'group' | 'resource'>[] = [
  { kind: 'Deployment', group: 'apps', resource: 'deployments' },
  { kind: 'StatefulSet', group: 'apps', resource: 'statefulsets' },
  { kind: 'DaemonSet', group: 'apps', resource: 'daemonsets' },
  { kind: 'CronJob', group: 'batch', resource: 'cronjobs' },
  { kind: 'ReplicationController', group: '', resource: 'replicationcontrollers' },
  { kind: 'Job', group: 'batch', resource: 'jobs' },
  { kind: 'ReplicaSet', group: 'apps', resource: 'replicasets' },
];
const kinds: ReadonlySet<string> = new Set(served.map(({ kind }) => kind));

/** Within its namespace a workload goes by its kind, too: a Deployment and a StatefulSet may share a name. */
function workloadRef(namespace: string | null, kindAndName: string): string {
  return ref('Workload', namespace, kindAndName);
}

/** The workload that made an object, where a built-in controller did. */
export function ownedBy(from: string, { owner, namespace }: KubernetesObject): readonly RelationshipFact[] {
  if (owner === null || !kinds.has(owner.split('/')[0] ?? '')) return [];
  return [{ kind: 'OWNED_BY', from, to: workloadRef(namespace, owner) }];
}

/** The account that a pod of this spec runs as. */
export function serviceAccountName(spec: Fields): string {
  return spec.string('serviceAccountName') || spec.string('serviceAccount') || 'default';
}

/** Every kind of object that makes pods from a template. */
export const workloads: readonly ObjectKind[] = served.map((at) => ({
  ...at,
  version: 'v1',
  namespaced: true,
  map: (object) => {
    const { uid, namespace, labels, createdAt } = object;
    const spec = object.fields.object('spec');
    const template = at.kind === 'CronJob' ? spec.object('jobTemplate').object('spec') : spec;
    const name = `${at.kind}/${object.name}`;
    const from = workloadRef(namespace, name);
    const account = serviceAccountName(template.object('template').object('spec'));
    return {
      nodes: [
        {
          kind: 'Workload',
          uid,
          namespace,
          name,
          properties: {
            createdAt,
            labels: keyValues(labels),
            workloadKind: at.kind,
            replicas: spec.integer('replicas'),
          },
        },
      ],
      relationships: [
        { kind: 'IN_NAMESPACE', from, to: ref('Namespace', null, namespace ?? 'default') },
        { kind: 'RUNS_AS', from, to: ref('ServiceAccount', namespace, account) },
        ...ownedBy(from, object),
      ],
    };
  },
}));
