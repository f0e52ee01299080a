import type { NodeKind } from '../graph/model/kinds.ts';
import type { ObservedRelationship } from '../graph/model/relationships.ts';
import type { Direction } from '../graph/store/filter.ts';
import { typeName, visibleKinds } from './names.ts';

/** The types that lists are made of, each with the kinds behind it: a type for every kind, and the interfaces over several. */
export const listTypes: Readonly<Record<string, readonly NodeKind[]>> = {
  ...Object.fromEntries(
    visibleKinds.filter((kind) => kind !== 'Internet').map((kind) => [typeName(kind), [kind]] as const),
  ),
  Identity: ['ServiceAccount', 'User', 'Group'],
};

/** The lists of Query, by the name of the field. */
export const rootLists: Readonly<Record<string, string>> = {
  clusters: 'Cluster',
  namespaces: 'Namespace',
  kubeNodes: 'KubeNode',
  pods: 'Pod',
  containers: 'Container',
  workloads: 'Workload',
  images: 'Image',
  packages: 'Package',
  vulnerabilities: 'Vulnerability',
  volumes: 'Volume',
  persistentVolumes: 'PersistentVolume',
  persistentVolumeClaims: 'PersistentVolumeClaim',
  serviceAccounts: 'ServiceAccount',
  identities: 'Identity',
  roles: 'Role',
  bindings: 'Binding',
  permissionSets: 'PermissionSet',
  secrets: 'Secret',
  configMaps: 'ConfigMap',
  services: 'Service',
  ingresses: 'Ingress',
  gateways: 'Gateway',
  routes: 'Route',
  referenceGrants: 'ReferenceGrant',
  networkPolicies: 'NetworkPolicy',
  webhooks: 'Webhook',
  admissionPolicies: 'AdmissionPolicy',
  admissionPolicyBindings: 'AdmissionPolicyBinding',
  apiServices: 'ApiService',
  customResourceDefinitions: 'CustomResourceDefinition',
};

/** A field that follows a relationship; the filter of its type has a condition of the same name. */
export interface Relation {
  readonly relationship: ObservedRelationship;
  readonly direction: Direction;
  /** The type at the other end. */
  readonly type: string;
  /** Whether there is at most one, so that the field is the node itself and no list. */
  readonly one: boolean;
}

const to = (relationship: ObservedRelationship, type: string): Relation => ({
  relationship,
  direction: 'out',
  type,
  one: false,
});
const from = (relationship: ObservedRelationship, type: string): Relation => ({
  relationship,
  direction: 'in',
  type,
  one: false,
});
const one = (relation: Relation): Relation => ({ ...relation, one: true });

const identity = { bindings: from('TO_SUBJECT', 'Binding') };

/** The relationships that types show, by the name of the field. */
export const relations: Readonly<Record<string, Readonly<Record<string, Relation>>>> = {
  Cluster: { namespaces: from('IN_CLUSTER', 'Namespace'), kubeNodes: from('IN_CLUSTER', 'KubeNode') },
  Namespace: {
    pods: from('IN_NAMESPACE', 'Pod'),
    workloads: from('IN_NAMESPACE', 'Workload'),
    serviceAccounts: from('IN_NAMESPACE', 'ServiceAccount'),
    roles: from('IN_NAMESPACE', 'Role'),
    bindings: from('IN_NAMESPACE', 'Binding'),
    secrets: from('IN_NAMESPACE', 'Secret'),
    configMaps: from('IN_NAMESPACE', 'ConfigMap'),
    services: from('IN_NAMESPACE', 'Service'),
    ingresses: from('IN_NAMESPACE', 'Ingress'),
    gateways: from('IN_NAMESPACE', 'Gateway'),
    routes: from('IN_NAMESPACE', 'Route'),
    referenceGrants: from('IN_NAMESPACE', 'ReferenceGrant'),
    networkPolicies: from('IN_NAMESPACE', 'NetworkPolicy'),
    persistentVolumeClaims: from('IN_NAMESPACE', 'PersistentVolumeClaim'),
  },
  KubeNode: { pods: from('RUNS_ON', 'Pod') },
  Pod: {
    node: one(to('RUNS_ON', 'KubeNode')),
    serviceAccount: one(to('RUNS_AS', 'ServiceAccount')),
    containers: to('HAS_CONTAINER', 'Container'),
    volumes: to('HAS_VOLUME', 'Volume'),
    services: from('SELECTS', 'Service'),
    workload: one(to('OWNED_BY', 'Workload')),
  },
  Workload: {
    pods: from('OWNED_BY', 'Pod'),
    serviceAccount: one(to('RUNS_AS', 'ServiceAccount')),
    owner: one(to('OWNED_BY', 'Workload')),
    workloads: from('OWNED_BY', 'Workload'),
  },
  Container: {
    pod: one(from('HAS_CONTAINER', 'Pod')),
    volumes: to('MOUNTS', 'Volume'),
    runs: one(to('RUNS_IMAGE', 'Image')),
  },
  Image: {
    containers: from('RUNS_IMAGE', 'Container'),
    packages: to('HAS_PACKAGE', 'Package'),
    vulnerabilities: to('AFFECTED_BY', 'Vulnerability'),
  },
  Package: { images: from('HAS_PACKAGE', 'Image') },
  Vulnerability: { images: from('AFFECTED_BY', 'Image') },
  Volume: {
    pod: one(from('HAS_VOLUME', 'Pod')),
    containers: from('MOUNTS', 'Container'),
    persistentVolumeClaim: one(to('CLAIMS', 'PersistentVolumeClaim')),
  },
  PersistentVolume: { claims: from('BOUND_TO', 'PersistentVolumeClaim') },
  PersistentVolumeClaim: {
    persistentVolume: one(to('BOUND_TO', 'PersistentVolume')),
    volumes: from('CLAIMS', 'Volume'),
  },
  Identity: identity,
  ServiceAccount: {
    ...identity,
    pods: from('RUNS_AS', 'Pod'),
    workloads: from('RUNS_AS', 'Workload'),
  },
  User: identity,
  Group: identity,
  Role: { bindings: from('GRANTS', 'Binding') },
  Binding: { role: one(to('GRANTS', 'Role')), identities: to('TO_SUBJECT', 'Identity') },
  Service: {
    pods: to('SELECTS', 'Pod'),
    ingresses: from('ROUTES_TO', 'Ingress'),
    routes: from('ROUTES_TO', 'Route'),
    webhooks: from('CALLS', 'Webhook'),
    apiServices: from('CALLS', 'ApiService'),
  },
  Ingress: { services: to('ROUTES_TO', 'Service') },
  Gateway: { routes: from('ATTACHES_TO', 'Route') },
  Route: { gateways: to('ATTACHES_TO', 'Gateway'), services: to('ROUTES_TO', 'Service') },
  Webhook: { targetService: one(to('CALLS', 'Service')) },
  AdmissionPolicy: { bindings: from('APPLIES', 'AdmissionPolicyBinding') },
  AdmissionPolicyBinding: { admissionPolicy: one(to('APPLIES', 'AdmissionPolicy')) },
  ApiService: { targetService: one(to('CALLS', 'Service')) },
};
