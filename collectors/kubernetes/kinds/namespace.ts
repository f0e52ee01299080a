import { ref } from '../../../graph/model/ref.ts';
import { keyValues, type ObjectKind, objectNode } from '../kind.ts';

export const namespace: ObjectKind = {
  kind: 'Namespace',
  group: '',
  version: 'v1',
  resource: 'namespaces',
  namespaced: false,
  map: (object, { cluster }) => ({
    nodes: [
      objectNode('Namespace', object, {
        createdAt: object.createdAt,
        labels: keyValues(object.labels),
        phase: object.fields.object('status').string('phase'),
        podSecurityEnforce: object.labels.get('pod-security.kubernetes.io/enforce') ?? null,
      }),
    ],
    relationships: [
      { kind: 'IN_CLUSTER', from: ref('Namespace', null, object.name), to: ref('Cluster', null, cluster) },
    ],
  }),
};
