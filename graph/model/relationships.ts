import type { NodeKind } from './kinds.ts';
import { boolean, type PropertyTable, strings } from './property.ts';

/** One kind of relationship that is observed; attack edges are declared in graph/edges. */
export interface RelationshipDefinition {
  readonly description: string;
  readonly from: readonly NodeKind[];
  readonly to: readonly NodeKind[];
  readonly properties: PropertyTable;
}

function relationship<const P extends PropertyTable>(
  from: NodeKind | readonly NodeKind[],
  to: NodeKind | readonly NodeKind[],
  description: string,
  properties: P = {} as P,
) {
  return { description, from: [from].flat() as NodeKind[], to: [to].flat() as NodeKind[], properties } as const;
}

/** Every relationship that collectors observe. */
export const relationships = {
  IN_CLUSTER: relationship(['Namespace', 'Node'], 'Cluster', 'The cluster it is part of.'),
  IN_NAMESPACE: relationship(
    [
      'Pod',
      'Workload',
      'PersistentVolumeClaim',
      'ServiceAccount',
      'Role',
      'Binding',
      'Secret',
      'ConfigMap',
      'Service',
      'Ingress',
      'Gateway',
      'Route',
      'ReferenceGrant',
      'NetworkPolicy',
    ],
    'Namespace',
    'The namespace it lies in.',
  ),
  RUNS_ON: relationship('Pod', 'Node', 'The node that runs the pod.'),
  RUNS_AS: relationship(
    ['Pod', 'Workload'],
    'ServiceAccount',
    'The service account that the pod runs as, or the pods that the workload makes.',
  ),
  OWNED_BY: relationship(['Pod', 'Workload'], 'Workload', 'The workload whose controller made it.'),
  HAS_CONTAINER: relationship('Pod', 'Container', "The pod's containers."),
  RUNS_IMAGE: relationship('Container', 'Image', 'The image that it really runs.'),
  HAS_PACKAGE: relationship('Image', 'Package', 'A package that is installed in the image.'),
  AFFECTED_BY: relationship('Image', 'Vulnerability', 'A vulnerability found in the image.', {
    packages: strings('The package URLs of the packages that have it.'),
    fixedVersions: strings('Versions of these packages without it; empty while there is no fix.'),
  }),
  HAS_VOLUME: relationship('Pod', 'Volume', "The pod's volumes that lead beyond it."),
  MOUNTS: relationship('Container', 'Volume', 'A volume that the container mounts.', {
    mountPaths: strings('Where in the container.'),
    writable: strings('Paths within the volume that are mounted writable; . is the whole volume.'),
    readOnly: strings('Paths within the volume that are mounted read-only; . is the whole volume.'),
  }),
  CLAIMS: relationship('Volume', 'PersistentVolumeClaim', 'The claim that the volume stands for.'),
  BOUND_TO: relationship('PersistentVolumeClaim', 'PersistentVolume', 'The persistent volume that the claim got.'),
  GRANTS: relationship('Binding', 'Role', 'The role that the binding grants.'),
  TO_SUBJECT: relationship('Binding', ['ServiceAccount', 'User', 'Group'], 'Whom the binding grants it to.'),
  SELECTS: relationship('Service', 'Pod', 'A pod behind the service, by its EndpointSlices.', {
    ports: strings('The ports that it answers on, each as port/protocol.'),
  }),
  ROUTES_TO: relationship(['Ingress', 'Route'], 'Service', 'A backend of the ingress or route.', {
    routes: strings('Each as host/path; a route that knows no paths has only hosts.'),
  }),
  ATTACHES_TO: relationship('Route', 'Gateway', 'A gateway that the route asks to carry traffic for it.', {
    listeners: strings('The names of the listeners it asks for; * for any.'),
    accepted: boolean('Whether the controller of the gateway has accepted it; null where it has not said.'),
  }),
  CALLS: relationship(['Webhook', 'ApiService'], 'Service', 'The service that the API server asks on its behalf.'),
  APPLIES: relationship('AdmissionPolicyBinding', 'AdmissionPolicy', 'The policy that the binding applies.'),
} as const satisfies Readonly<Record<string, RelationshipDefinition>>;

export type ObservedRelationship = keyof typeof relationships;
